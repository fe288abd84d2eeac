"""What waits in the spools of this machine, for receipts, the watermark and status pages. Reads what others write."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tracking.spool import file, records
from tracking.spool.records import Record


def oldest() -> datetime | None:
    """When the first request that waits was received."""
    found = [record.received_ms for path in file.files() if (record := _first(path))]
    return datetime.fromtimestamp(min(found) / 1000, UTC) if found else None


def waiting() -> int:
    """How many requests wait."""
    return sum(1 for path in file.files() for _ in _in(path))


def holds(mark: bytes) -> bool:
    """Whether a request that waits contains `mark`."""
    return any(mark in packed for path in file.files() for packed in _in(path))


def _first(path: Path) -> Record | None:
    try:
        packed = next(_in(path), None)
        return records.decode(packed) if packed else None
    except msgspec.MsgspecError:
        return None  # it is just being written


def _in(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            yield from records.waiting(stream)
    except OSError:
        return  # drained meanwhile
