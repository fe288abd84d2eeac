"""Compressed bodies, both ways. A request's body may be many frames one after the other: clickhouse-connect sends
one a block."""

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import lz4.frame
import zstandard

from tracking.store.owner.errors import EngineError, refuse_unsupported

_DECODERS: Mapping[str, Any] = {
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    "gzip": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS),
    "deflate": zlib.decompressobj,
}


def decoded(body: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Raises Refusal for an unknown encoding, and while iterating for a broken body."""
    if encoding in ("", "identity"):
        return body
    if encoding not in _DECODERS:
        raise refuse_unsupported(f"Content-Encoding {encoding} is not supported; use {', '.join(_DECODERS)}.")
    return _frames(body, encoding)


def _frames(body: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder, started = _DECODERS[encoding](), False
    try:
        for chunk in body:
            while chunk:
                if decoder.eof:
                    decoder = _DECODERS[encoding]()
                started = True
                yield decoder.decompress(chunk)
                chunk = decoder.unused_data if decoder.eof else b""
    except (RuntimeError, zlib.error, zstandard.ZstdError) as error:
        raise EngineError(ValueError(f"the body is not {encoding}: {error}")) from error
    if started and not decoder.eof:
        raise EngineError(ValueError(f"the body ends in the middle of its {encoding}"))


class Encoder(Protocol):
    """`encode` each chunk, then `finish` once."""

    def encode(self, chunk: bytes) -> bytes: ...
    def finish(self) -> bytes: ...


class Plain:
    def encode(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self) -> bytes:
        return b""


class Lz4:
    def __init__(self) -> None:
        self._compressor = lz4.frame.LZ4FrameCompressor()
        self._head: bytes = self._compressor.begin()

    def encode(self, chunk: bytes) -> bytes:
        head, self._head = self._head, b""
        body: bytes = self._compressor.compress(chunk)
        return head + body

    def finish(self) -> bytes:
        end: bytes = self._compressor.flush()
        return self._head + end


class Zstd:
    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=1).compressobj()

    def encode(self, chunk: bytes) -> bytes:
        return self._compressor.compress(chunk)

    def finish(self) -> bytes:
        return self._compressor.flush()


class Gzip:
    def __init__(self) -> None:
        self._compressor = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def encode(self, chunk: bytes) -> bytes:
        return self._compressor.compress(chunk)

    def finish(self) -> bytes:
        return self._compressor.flush()


_ENCODERS: Mapping[str, type[Lz4] | type[Zstd] | type[Gzip]] = {"lz4": Lz4, "zstd": Zstd, "gzip": Gzip}


def agreed(accepted: str, wanted: bool) -> str:
    """The response's encoding: the cheapest one that the client accepts, or ""."""
    return next((name for name in _ENCODERS if wanted and name in accepted), "")


def encoder(encoding: str) -> Encoder:
    return _ENCODERS[encoding]() if encoding else Plain()
