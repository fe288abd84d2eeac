"""Parquet: a column is written after the other, some thousand rows at a time, and the file ends with its own index.

The plain encoding under zstd: what any reader knows. The libraries that write it weigh 150 MB and want the rows as
tables of their own; the engine writes whole results only, and a result of any length is whole nowhere.
https://parquet.apache.org/docs/file-format/
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any

import zstandard

from analytics.exports import thrift
from analytics.exports.spool import Column, Kind

MAGIC = b"PAR1"
ROWS = 10_000  # of a row group: what is held at once
LEVEL = 3
# parquet.thrift: Type, Encoding, CompressionCodec, FieldRepetitionType, PageType
BOOLEAN, INT64, DOUBLE, BYTE_ARRAY = 0, 2, 5, 6
PLAIN, RLE, ZSTD, OPTIONAL, DATA_PAGE = 0, 3, 6, 1, 0
TYPES: dict[Kind, int] = {"text": BYTE_ARRAY, "int": INT64, "float": DOUBLE, "bool": BOOLEAN, "time": INT64}
UTF8, TIMESTAMP_MILLIS = 0, 9  # ConvertedType
STRING = thrift.struct(thrift.inner(1, thrift.struct()))  # LogicalType
MILLISECONDS_UTC = thrift.struct(
    thrift.inner(
        8, thrift.struct(thrift.true(1), thrift.inner(2, thrift.struct(thrift.inner(1, thrift.struct()))))
    )
)  # fmt: skip


def write(columns: Sequence[Column], rows: Iterator[list[Any]], file: IO[bytes]) -> None:
    file.write(MAGIC)
    position, groups, total = len(MAGIC), [], 0
    while block := list(islice(rows, ROWS)):
        chunks, plain = [], 0
        for column, values in zip(columns, zip(*block, strict=True), strict=True):
            page, plain_size = _page(column.kind, values)
            chunks.append(_chunk(column, len(block), position, len(page), plain_size))
            file.write(page)
            position, plain = position + len(page), plain + plain_size
        groups.append(thrift.struct(thrift.structs(1, chunks), thrift.i64(2, plain), thrift.i64(3, len(block))))
        total += len(block)
    footer = thrift.struct(
        thrift.i32(1, 1),
        thrift.structs(2, [_root(len(columns)), *map(_element, columns)]),
        thrift.i64(3, total),
        thrift.structs(4, groups),
        thrift.text(6, "MetricPal"),
    )
    file.write(footer + struct.pack("<I", len(footer)) + MAGIC)


def _root(width: int) -> bytes:
    return thrift.struct(thrift.text(4, "rows"), thrift.i32(5, width))


def _element(column: Column) -> bytes:
    fields = [thrift.i32(1, TYPES[column.kind]), thrift.i32(3, OPTIONAL), thrift.text(4, column.name)]
    if column.kind == "text":
        fields += [thrift.i32(6, UTF8), thrift.inner(10, STRING)]
    if column.kind == "time":
        fields += [thrift.i32(6, TIMESTAMP_MILLIS), thrift.inner(10, MILLISECONDS_UTC)]
    return thrift.struct(*fields)


def _chunk(column: Column, count: int, position: int, size: int, plain_size: int) -> bytes:
    about = thrift.struct(
        thrift.i32(1, TYPES[column.kind]),
        thrift.i32s(2, [PLAIN, RLE]),
        thrift.texts(3, [column.name]),
        thrift.i32(4, ZSTD),
        thrift.i64(5, count),
        thrift.i64(6, plain_size),
        thrift.i64(7, size),
        thrift.i64(9, position),
    )
    return thrift.struct(thrift.i64(2, position), thrift.inner(3, about))


def _page(kind: Kind, values: Sequence[Any]) -> tuple[bytes, int]:
    """The page with its head, and how long it would be uncompressed."""
    present = [value for value in values if value is not None]
    levels = _levels(values, len(present))
    plain = struct.pack("<I", len(levels)) + levels + _plain(kind, present)
    packed = zstandard.ZstdCompressor(LEVEL).compress(plain)
    about = thrift.struct(*(thrift.i32(n, value) for n, value in enumerate((len(values), PLAIN, RLE, RLE), start=1)))
    head = thrift.struct(
        thrift.i32(1, DATA_PAGE), thrift.i32(2, len(plain)), thrift.i32(3, len(packed)), thrift.inner(5, about)
    )
    return head + packed, len(head) + len(plain)


def _levels(values: Sequence[Any], present: int) -> bytes:
    """Which values are there: one run where all are, else a bit for each."""
    if present == len(values):
        return thrift.varint(len(values) << 1) + b"\1"
    bits = _bits(value is not None for value in values)
    return thrift.varint(len(bits) << 1 | 1) + bits


def _plain(kind: Kind, values: list[Any]) -> bytes:
    if kind == "text":
        raw = [(value if isinstance(value, str) else _shown(value)).encode() for value in values]
        return b"".join(part for each in raw for part in (len(each).to_bytes(4, "little"), each))
    if kind == "bool":
        return _bits(values)
    if kind == "time":
        values = [round(datetime.fromisoformat(value).timestamp() * 1000) for value in values]
    return struct.pack(f"<{len(values)}{'d' if kind == 'float' else 'q'}", *values)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bits(values: Iterable[Any]) -> bytes:
    """Eight to a byte, the first is the lowest bit."""
    number, count = 0, 0
    for value in values:
        number |= bool(value) << count
        count += 1
    return number.to_bytes((count + 7) // 8, "little")
