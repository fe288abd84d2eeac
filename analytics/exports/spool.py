"""Rows on their way to a file: JSON lines under zstd, with what was seen in each column.

A piece is written at once and read as often as needed, so a format that must know all types first (Parquet), or wants
its rows in one go (XLSX), needs no more memory than one that does not.
"""

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec
import zstandard

Kind = Literal["text", "int", "float", "bool", "time"]
NAMES: dict[type, Kind] = {str: "text", int: "int", float: "float", bool: "bool", datetime: "time"}
LARGEST = 2**63  # what no longer fits a column of whole numbers is text
LEVEL = 1  # a tenth of the size for a tenth of the time

_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(list[Any]).decode


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind


@dataclass(frozen=True)
class Piece:
    """`kinds[n]` are those of the values seen in column n; an empty set where there were none."""

    rows: int
    kinds: list[set[str]]


def write(path: Path, width: int, rows: Iterable[Sequence[Any]]) -> Piece:
    """One piece, complete or not at all: it gets its name when it is whole."""
    kinds: list[set[type]] = [set() for _ in range(width)]
    count, unfinished = 0, path.with_suffix(".part")
    with unfinished.open("wb") as raw, zstandard.ZstdCompressor(LEVEL).stream_writer(raw) as file:
        for row in rows:
            cells = [_plain(cell) for cell in row]
            for seen, cell in zip(kinds, cells, strict=True):
                seen.add(type(cell))
            file.write(_encode([_iso(cell) if type(cell) is datetime else cell for cell in cells]) + b"\n")
            count += 1
    unfinished.replace(path)
    return Piece(count, [{NAMES[each] for each in seen if each in NAMES} for seen in kinds])


def read(paths: Iterable[Path]) -> Iterator[list[Any]]:
    """All rows of all pieces; moments as ISO 8601 text."""
    for path in paths:
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as file:
            yield from map(_decode, io.BufferedReader(file, 1 << 20))


def columns(heading: Sequence[object], pieces: Iterable[Piece]) -> list[Column]:
    """Names made different where two are the same, and the narrowest kind that holds all values."""
    seen: list[set[str]] = [set() for _ in heading]
    for piece in pieces:
        for mine, theirs in zip(seen, piece.kinds, strict=True):
            mine |= theirs
    return [Column(name, _kind(kinds)) for name, kinds in zip(_apart(heading), seen, strict=True)]


def _plain(cell: Any) -> Any:
    match cell:
        case str() | bool() | None | datetime():
            return cell
        case int():
            return cell if -LARGEST <= cell < LARGEST else str(cell)
        case float() | Decimal():
            found = float(cell)
            return found if math.isfinite(found) else None
        case date():
            return cell.isoformat()
    return str(cell)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _kind(seen: set[str]) -> Kind:
    kinds: tuple[Kind, ...] = ("int", "bool", "time")
    alone = next((kind for kind in kinds if seen == {kind}), None)
    return alone or ("float" if seen and seen <= {"int", "float"} else "text")


def _apart(heading: Sequence[object]) -> list[str]:
    names: list[str] = []
    for given in map(str, heading):
        times = sum(name == given or name.startswith(f"{given} (") for name in names)
        names.append(f"{given} ({times + 1})" if given in names else given)
    return names
