"""The body of a collect request: from the socket to plain UTF-8 JSON bytes, within the limits. Knows no framework."""

import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from config.lib.problems import Problem
from tracking.events import MAX_DECODED_BYTES, MAX_VENDOR_BYTES, MAX_WIRE_BYTES

# text/plain is what sendBeacon sends without a preflight.
JSON = frozenset({"application/json", "text/plain"})
FORM = frozenset({"application/x-www-form-urlencoded"})
# Of a body that is too long. Amplitude and PostHog document 20 MB, and their SDKs send less at a time only when they
# are told 413; who cannot read it, as the connection broke, sends the same again.
DRAINED_BYTES = 24 << 20
CHUNK_BYTES = 1 << 16
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Limits(NamedTuple):
    """Bytes of a body."""

    sent: int
    decoded: int


OURS = Limits(MAX_WIRE_BYTES, MAX_DECODED_BYTES)
VENDORS = Limits(MAX_VENDOR_BYTES, MAX_VENDOR_BYTES)  # what their SDKs may send at once


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read(
    environ: Mapping[str, Any], stream: Stream, content_types: frozenset[str] = JSON, limits: Limits = OURS
) -> bytes:
    """The decoded body, which must have one of the content types. Raises Problem 400, 411, 413 or 415.

    The bytes are taken off the connection before anything is refused: a sender whose body nobody reads is cut off,
    does not see the answer, and tries again.
    """
    body = _read_within(_length(environ), stream, limits.sent)
    _check_content_type(environ.get("CONTENT_TYPE", ""), content_types)
    encoding = environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise Problem(415, "content_encoding", "Send the body as it is or with Content-Encoding: gzip.")
    return _without_mark(gunzip(body, limits.decoded) if encoding == "gzip" else body)


def plain(environ: Mapping[str, Any], body: bytes, content_types: frozenset[str] = JSON) -> bytes:
    """The same where the body has been read whole, within its limit, and has no encoding. Raises Problem."""
    _check_content_type(environ.get("CONTENT_TYPE", ""), content_types)
    return _without_mark(body)


def _without_mark(body: bytes) -> bytes:
    if body.startswith(BOMS):
        raise Problem(400, "encoding", "Send UTF-8 without a byte order mark.")
    return body


@lru_cache(maxsize=256)
def _check_content_type(header: str, content_types: frozenset[str]) -> None:
    media_type, *parameters = (part.strip().lower() for part in header.split(";"))
    if media_type not in content_types:
        what = "JSON as application/json or text/plain" if content_types == JSON else " or ".join(sorted(content_types))
        raise Problem(415, "content_type", f"Send {what}.")
    charsets = [text.partition("=")[2].strip('" ') for text in parameters if text.startswith("charset")]
    if any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise Problem(415, "charset", "Send UTF-8.")


def _length(environ: Mapping[str, Any]) -> int:
    """Content-Length in bytes. Without one a body of unknown length would follow, which is refused unread."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise Problem(411, "length_required", "Send Content-Length instead of a chunked body.")
    text = environ.get("CONTENT_LENGTH") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Problem(400, "content_length", "Content-Length must be a number of bytes.")
    return int(text)


def _read_within(length: int, stream: Stream, limit: int) -> bytes:
    if length > limit:
        if length <= DRAINED_BYTES:  # who says more waits for our word, or never listens to it
            _drain(length, stream)
        raise Problem(413, "body_too_large", f"A body may have {limit} bytes. Send fewer events at a time.")
    try:
        body = stream.read(length)
    except OSError:  # the sender hung up
        body = b""
    if len(body) < length:
        raise Problem(400, "truncated", "The body ended before its Content-Length. Send it again.")
    return body


def _drain(length: int, stream: Stream) -> None:
    try:
        while length > 0 and (chunk := stream.read(min(length, CHUNK_BYTES))):
            length -= len(chunk)
    except OSError:  # the sender hung up, or fell silent
        return


def gunzip(body: bytes, limit: int = MAX_DECODED_BYTES) -> bytes:
    """Unpacks at most `limit` bytes, so a small body cannot become a large one."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise Problem(400, "gzip", "The body is not gzip, though Content-Encoding says so.") from None
    if len(plain) > limit:
        raise Problem(413, "body_too_large", f"Unpacked, a body may have {limit} bytes. Send fewer events at a time.")
    if not unpacker.eof or unpacker.unused_data:
        raise Problem(400, "gzip", "The gzip body is cut short or followed by something else.")
    return plain
