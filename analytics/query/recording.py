"""What was asked of the engine while an answer was made: for receipts, which show the statements as they ran."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tracking.store import Rows


@dataclass(frozen=True)
class Ran:
    sql: str
    parameters: dict[str, Any]
    rows_read: int | None  # None: an answer that comes in pieces, of which nobody counts what was read
    engine_ms: float
    is_kept: bool  # the answer was kept from an earlier time: nothing has changed since


_notes: ContextVar[list[Ran] | None] = ContextVar("notes", default=None)


@contextmanager
def recorded() -> Iterator[list[Ran]]:
    """Every statement asked inside the block, each once, in order."""
    mine: list[Ran] = []
    token = _notes.set(mine)
    try:
        yield mine
    finally:
        _notes.reset(token)


def note(sql: str, parameters: dict[str, Any], rows: Rows | None = None, is_kept: bool = False) -> None:
    """`rows` None: they come in pieces."""
    notes = _notes.get()
    if notes is None or any((each.sql, each.parameters) == (sql, parameters) for each in notes):
        return
    read, took = (rows.rows_read, rows.engine_ms) if rows else (None, 0.0)
    notes.append(Ran(sql, parameters, read, took, is_kept))
