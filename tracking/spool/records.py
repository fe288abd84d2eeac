"""How a request that waits for the log lies in a file, and what can still be read of one that is torn or damaged.

mark 4 bytes | length 4 | CRC-32 of the packed record 4 | the record as msgpack

When a record is in the log, its mark is written over with DONE. That is for whoever looks; a record that is logged a
second time, as nobody knew, changes nothing.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import msgspec

from tracking.append import Ration, Tally

MARK, DONE = b"\xf1MPS", b"\xf1MPD"  # a text in UTF-8 has no 0xf1 before a letter
HEAD = struct.Struct(">4sII")


class Record(msgspec.Struct, array_like=True):
    """The arguments of buffer.append, and when the request came."""

    received_ms: int
    envelopes: dict[int, bytes]
    request_key: bytes
    tally: Tally | None = None
    ration: Ration | None = None


class Found(NamedTuple):
    """Where something stands. `mark` is MARK, DONE, or empty: these bytes are no record any more, or not yet."""

    mark: bytes
    start: int
    end: int


_decoder = msgspec.msgpack.Decoder(Record)


def pack(record: Record) -> bytes:
    packed = msgspec.msgpack.encode(record)
    return HEAD.pack(MARK, len(packed), zlib.crc32(packed)) + packed


def split(data: bytes) -> Iterator[Found]:
    """All that stands in `data`, in order. What cannot be read ends where the next mark is."""
    at = 0
    while at < len(data):
        found = _whole(data, at)
        if found is None:
            following = data.find(MARK, at + 1)
            found = Found(b"", at, following if following > 0 else len(data))
        yield found
        at = found.end


def decode(packed: bytes) -> Record:
    """Raises msgspec.MsgspecError."""
    return _decoder.decode(packed)


def waiting(stream: BinaryIO) -> Iterator[bytes]:
    """The packed records of a file that are not logged yet, one after the other, without reading the others."""
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        mark, length, _ = HEAD.unpack(head)
        if mark == MARK:
            yield stream.read(length)
        elif mark == DONE:
            stream.seek(length, os.SEEK_CUR)
        else:
            return


def _whole(data: bytes, at: int) -> Found | None:
    if len(data) - at < HEAD.size:
        return None
    mark, length, checksum = HEAD.unpack_from(data, at)
    start, end = at + HEAD.size, at + HEAD.size + length
    if mark not in (MARK, DONE) or end > len(data) or zlib.crc32(memoryview(data)[start:end]) != checksum:
        return None
    return Found(mark, at, end)
