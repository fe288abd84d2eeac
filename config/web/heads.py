"""The head of a request, read only as far as the lane serves it. Whatever is unusual is gunicorn's to judge.

The parser is llhttp (httptools), as strict as it comes. It sees the head alone; the body is cut off by its length.
Of a request that is gunicorn's only its size is looked for.
"""

import re
from typing import NamedTuple

import httptools

from config.lib.problems import Problem
from tracking.direct import PATHS
from tracking.events import MAX_EVENT_BYTES, MAX_WIRE_BYTES

LONGEST_HEAD = 16_384
LONGEST_OTHER_HEAD = 65_536  # of a request that is gunicorn's
LONGEST_BODY = MAX_EVENT_BYTES  # longer ones are many events, of which the way in is no great part
MOST_FIELDS = 100
END = b"\r\n\r\n"
START = b"POST /api/"
# What the door reads of a request; a field that is added there has to be added here.
READ = {
    b"content-type": "CONTENT_TYPE",
    b"content-length": "CONTENT_LENGTH",
    b"x-api-key": "HTTP_X_API_KEY",
    b"authorization": "HTTP_AUTHORIZATION",
    b"user-agent": "HTTP_USER_AGENT",
    b"origin": "HTTP_ORIGIN",
    b"x-forwarded-for": "HTTP_X_FORWARDED_FOR",
    b"dnt": "HTTP_DNT",
    b"sec-gpc": "HTTP_SEC_GPC",
}
# Another protocol, or lines that end otherwise: the end of its head would never come.
NO_HTTP = re.compile(rb"\A[^A-Za-z\r]|\n\n|\r\r")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.I)
WITHOUT_LENGTH = re.compile(rb"\r\n(transfer-encoding|expect)[ \t]*:", re.I)
# They change how the body is to be read, or the connection.
UNUSUAL = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade", b"http2-settings", b"te"})


class Head(NamedTuple):
    environ: dict[str, str]  # as WSGI has it, with the fields of READ
    size: int  # bytes, up to the body
    length: int  # of the body
    stays: bool  # the connection is kept for the next request
    text: bytes = b""  # as it came
    digits: slice = slice(0, 0)  # where in it the length stands


class NotOurs(Exception):
    """A request that the lane does not serve."""


class Unbounded(Exception):
    """One whose body has no length, is asked for first, or is longer than is gathered."""


def size_of(buffer: bytearray) -> int | None:
    """Bytes of a request with its body; None while its head is not complete. Raises Unbounded, Problem 400 or 431."""
    end = buffer.find(END)
    if max(end, len(buffer) if end < 0 else 0) > LONGEST_OTHER_HEAD:
        raise Problem(431, "head_too_large", f"What stands before the body may have {LONGEST_OTHER_HEAD} bytes.")
    if end < 0:
        if NO_HTTP.search(buffer):
            raise Problem(400, "http", "This is not HTTP/1.1, whose lines end in carriage return and line feed.")
        return None
    size, found = end + len(END), LENGTH.search(buffer, 0, end + 2)
    length = int(found[1][:20]) if found else 0
    if length > MAX_WIRE_BYTES or WITHOUT_LENGTH.search(buffer, 0, end):
        raise Unbounded
    return size + length


class _Fields:
    """What the parser calls back."""

    def __init__(self) -> None:
        self.url = b""
        self.fields: dict[bytes, bytes] = {}
        self.count = 0

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.count += 1
        name = name.lower()
        if name in self.fields and name in READ or name in UNUSUAL:
            raise NotOurs
        self.fields[name] = value


def may_be_ours(start: bytes | bytearray) -> bool:
    """Whether what came so far can become a request of the lane."""
    return start.startswith(START) if len(start) >= len(START) else START.startswith(bytes(start))


def read(buffer: bytes | bytearray, peer: str, before: Head | None = None) -> Head | None:
    """None while the head is not complete. Raises NotOurs.

    `before` is the one that came last on the connection: a sender repeats it, but for the length of what follows.
    """
    if before:
        if buffer.startswith(before.text):
            return before
        if head := _repeated(buffer, before):
            return head
    end = buffer.find(END)
    if end < 0:
        if len(buffer) > LONGEST_HEAD or not may_be_ours(buffer) or NO_HTTP.search(buffer):
            raise NotOurs
        return None
    size = end + len(END)
    if size > LONGEST_HEAD or not may_be_ours(buffer):
        raise NotOurs
    found, text = _Fields(), bytes(buffer[:size])
    parser = httptools.HttpRequestParser(found)
    try:
        parser.feed_data(text)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        raise NotOurs from None
    return _checked(found, parser, text, peer)


def _repeated(buffer: bytes | bytearray, before: Head) -> Head | None:
    """The head before with another length; None where more differs, or not all of it has come."""
    start, end = before.digits.start, before.digits.stop
    rest, stop = before.text[end:], buffer.find(b"\r", start, start + 6)
    if stop < 0 or not buffer.startswith(before.text[:start]) or not buffer.startswith(rest, stop):
        return None
    length = bytes(buffer[start:stop])
    if not _may_follow(length):
        return None
    size = stop + len(rest)
    environ = before.environ | {"CONTENT_LENGTH": length.decode()}
    return Head(environ, size, int(length), before.stays, bytes(buffer[:size]), slice(start, stop))


def _may_follow(length: bytes) -> bool:
    return length.isdigit() and len(length) < 6 and int(length) <= LONGEST_BODY


def _checked(found: _Fields, parser: httptools.HttpRequestParser, text: bytes, peer: str) -> Head:
    path, _, query = found.url.partition(b"?")
    length, connection = found.fields.get(b"content-length", b""), found.fields.get(b"connection", b"").lower()
    version = parser.get_http_version()
    if (
        path not in PATHS
        or parser.get_method() != b"POST"
        or version not in ("1.1", "1.0")
        or connection not in (b"", b"keep-alive", b"close")
        or b"host" not in found.fields
        or found.count > MOST_FIELDS
        or not _may_follow(length)
        or not (written := LENGTH.search(text))
    ):
        raise NotOurs
    environ = {name: found.fields[field].decode("latin-1") for field, name in READ.items() if field in found.fields}
    environ |= {"REQUEST_METHOD": "POST", "REMOTE_ADDR": peer, "QUERY_STRING": query.decode("latin-1")}
    stays = version == "1.1" and connection != b"close"
    return Head(environ, len(text), int(length), stays, text, slice(*written.span(1)))
