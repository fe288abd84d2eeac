"""Pictures that people upload: PNG and JPEG, reduced to what draws them.

What a file carries besides its pixels (where and by whom it was made, texts, a second file behind the end) is left out.
Everything else is refused, whatever it is called; SVG too, which can hold scripts and addresses.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
OF_PNG = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"IDAT", b"IEND"}
# Segments of a JPEG that draw it: JFIF, Adobe's colours, tables, restarts, the three common frames, a scan, the end.
OF_JPEG = {0xE0, 0xEE, 0xDB, 0xC4, 0xDD, 0xC0, 0xC1, 0xC2, 0xDA, 0xD9}
FRAMES, SCAN, END = {0xC0, 0xC1, 0xC2}, 0xDA, 0xD9
NEITHER = "This is neither a PNG nor a JPEG."
BROKEN = "This picture is cut off or broken."


@dataclass(frozen=True)
class Picture:
    kind: str  # png, jpeg
    width: int
    height: int
    data: bytes


def picture(raw: bytes) -> Picture:
    """ValueError, with a sentence for whoever sent it."""
    read = _png if raw.startswith(PNG) else _jpeg if raw.startswith(JPEG) else None
    if read is None:
        raise ValueError(NEITHER)
    try:
        return read(raw)
    except (struct.error, IndexError, StopIteration, KeyError):
        raise ValueError(BROKEN) from None


def _png(raw: bytes) -> Picture:
    kept = [(name, body) for name, body in _chunks(raw) if name in OF_PNG]
    if kept[0][0] != b"IHDR" or b"IDAT" not in dict(kept):
        raise ValueError(BROKEN)
    width, height = struct.unpack(">II", kept[0][1][:8])
    return Picture("png", width, height, PNG + b"".join(starmap(_chunk, kept)))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """To the first IEND."""
    at, name = len(PNG), b""
    while name != b"IEND":
        (size,) = struct.unpack(">I", raw[at : at + 4])
        name, body = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + size]
        if struct.unpack(">I", raw[at + 8 + size : at + 12 + size])[0] != zlib.crc32(name + body):
            raise ValueError(BROKEN)
        yield name, body
        at += 12 + size


def _jpeg(raw: bytes) -> Picture:
    kept = [(marker, body) for marker, body in _segments(raw) if marker in OF_JPEG]
    frame = next(body for marker, body in kept if marker in FRAMES)
    if SCAN not in dict(kept):
        raise ValueError(BROKEN)
    height, width = struct.unpack(">HH", frame[3:7])
    return Picture("jpeg", width, height, JPEG + b"".join(bytes([0xFF, marker]) + body for marker, body in kept))


def _segments(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """To the first end; a scan with what it draws."""
    at, marker = len(JPEG), 0
    while marker != END:
        while raw[at] == 0xFF and raw[at + 1] == 0xFF:  # padding
            at += 1
        if raw[at] != 0xFF:
            raise ValueError(BROKEN)
        marker, begin = raw[at + 1], at + 2
        at = begin if marker == END else begin + struct.unpack(">H", raw[begin : begin + 2])[0]
        if marker == SCAN:
            at = _end_of_scan(raw, at)
        yield marker, raw[begin:at]


def _end_of_scan(raw: bytes, at: int) -> int:
    """Where the next marker is: a byte 0xFF of the data itself is followed by 0, and restarts belong to it."""
    while raw[at] != 0xFF or raw[at + 1] == 0 or 0xD0 <= raw[at + 1] <= 0xD7:
        at = raw.find(0xFF, at + 1)
        if at < 0:
            raise ValueError(BROKEN)
    return at
