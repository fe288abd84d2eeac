"""Thrift's compact protocol, as far as a Parquet file needs it: structures of numbers, texts, lists, structures.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Sequence

TRUE, I32, I64, BINARY, LIST, STRUCT = 1, 5, 6, 8, 9, 12
Field = tuple[int, int, bytes]  # number, type, value


def struct(*fields: Field) -> bytes:
    """Fields in ascending order of their numbers."""
    found, last = bytearray(), 0
    for number, kind, value in fields:
        found.append((number - last) << 4 | kind)
        found += value
        last = number
    return bytes(found) + b"\0"


def i32(number: int, value: int) -> Field:
    return number, I32, _zigzag(value)


def i64(number: int, value: int) -> Field:
    return number, I64, _zigzag(value)


def text(number: int, value: str) -> Field:
    return number, BINARY, _text(value)


def true(number: int) -> Field:
    return number, TRUE, b""


def inner(number: int, value: bytes) -> Field:
    return number, STRUCT, value


def structs(number: int, values: Sequence[bytes]) -> Field:
    return number, LIST, _list(STRUCT, values)


def texts(number: int, values: Sequence[str]) -> Field:
    return number, LIST, _list(BINARY, [_text(value) for value in values])


def i32s(number: int, values: Sequence[int]) -> Field:
    return number, LIST, _list(I32, [_zigzag(value) for value in values])


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _zigzag(value: int) -> bytes:
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _text(value: str) -> bytes:
    raw = value.encode()
    return varint(len(raw)) + raw


def _list(kind: int, values: Sequence[bytes]) -> bytes:
    head = bytes([len(values) << 4 | kind]) if len(values) < 15 else bytes([0xF0 | kind]) + varint(len(values))
    return head + b"".join(values)
