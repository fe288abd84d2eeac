"""The stored events of one dataset, newest first, page by page: for a person who looks for one of them.

Pages continue after the last row seen (ts, event_id), so events that arrive meanwhile move nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tracking import store

PAGE_ROWS = 50
COLUMNS = (
    "ts", "type", "name", "visitor_id", "session_id", "user_id", "event_id", "received_at", "host", "path", "source",
    "country", "browser", "device", "bot", "value", "currency", "props",
)  # fmt: skip
CONDITIONS = {
    "name": "name = {name:String}",
    "visitor": "visitor_id = {visitor:UInt64}",
    "after": "(ts, event_id) < ({at:DateTime64(3, 'UTC')}, {id:UUID})",
}


class Place(NamedTuple):
    """Where a page ended."""

    at: datetime
    event_id: uuid.UUID

    def __str__(self) -> str:
        return f"{int(self.at.timestamp() * 1000)}.{self.event_id}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises ValueError."""
        at_ms, _, event_id = text.partition(".")
        seconds, ms = divmod(int(at_ms), 1000)
        return cls(datetime.fromtimestamp(seconds, UTC).replace(microsecond=ms * 1000), uuid.UUID(event_id))


@dataclass(frozen=True)
class Wanted:
    """[start, end) is required: the store is cut by day, and a search without one would read all of it."""

    start: datetime
    end: datetime
    name: str = ""
    visitor: int | None = None
    after: Place | None = None


class Page(NamedTuple):
    rows: list[dict[str, Any]]
    last: Place | None  # where the next page begins; None: this was the last


def latest(dataset_id: int, wanted: Wanted) -> Page:
    """One page. Raises what store.query raises."""
    parameters: dict[str, Any] = {"start": wanted.start, "end": wanted.end, "rows": PAGE_ROWS + 1}
    if wanted.name:
        parameters["name"] = wanted.name
    if wanted.visitor is not None:
        parameters["visitor"] = wanted.visitor
    if wanted.after:
        parameters |= {"at": wanted.after.at, "id": str(wanted.after.event_id)}
    asked = [sql for field, sql in CONDITIONS.items() if getattr(wanted, field) not in ("", None)]
    found = store.query(
        f"SELECT {', '.join(COLUMNS)} FROM events"
        " WHERE ts >= {start:DateTime64(3, 'UTC')} AND ts < {end:DateTime64(3, 'UTC')}"
        f"{''.join(f' AND {sql}' for sql in asked)} ORDER BY ts DESC, event_id DESC LIMIT {{rows:UInt32}}",
        parameters,
        dataset_id=dataset_id,
    )
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in found.rows]
    has_more = len(rows) > PAGE_ROWS
    rows = rows[:PAGE_ROWS]
    return Page(rows, Place(rows[-1]["ts"], rows[-1]["event_id"]) if has_more else None)
