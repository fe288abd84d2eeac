"""A table as one file at once, for downloads that need no job."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from analytics.exports import spool
from analytics.exports.formats import Format


@dataclass(frozen=True)
class Made:
    file: IO[bytes]  # open at its beginning; gone when it is closed
    rows: int


def make(table: Iterable[Iterable[Any]], kind: Format) -> Made:
    """`table` has its heading first. On the disk, so that a large one costs no memory."""
    rows = iter(table)
    heading = list(next(rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        piece = spool.write(path, len(heading), map(list, rows))
        file = tempfile.TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
        kind.write(spool.columns(heading, [piece]), spool.read([path]), file)
    file.seek(0)
    return Made(file, piece.rows)
