"""Single events, newest first: a page at a time for the list, all of them for an export."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing

from analytics.query import costs
from analytics.query.model import Period, Query, QueryError
from analytics.query.recording import note
from analytics.query.scope import Parameters, where
from tracking import store

COLUMNS = {
    "id": "toString(event_id)", "type": "type", "name": "name", "at": "toUnixTimestamp64Milli(ts)",
    "received_at": "toUnixTimestamp64Milli(received_at)",
    # 64 bits are more than a JSON number holds.
    "visitor_id": "toString(visitor_id)", "person_id": "toString(person_id)", "session_id": "toString(session_id)",
    "user_id": "user_id", "host": "host", "path": "path", "title": "title", "referrer": "referrer", "source": "source",
    "channel": "channel", "utm_source": "utm_source", "utm_medium": "utm_medium", "utm_campaign": "utm_campaign",
    "utm_term": "utm_term", "utm_content": "utm_content", "country": "country", "region": "region", "city": "city",
    "browser": "browser", "browser_version": "browser_version", "os": "os", "os_version": "os_version",
    "device": "device", "screen": "screen", "language": "language", "bot": "bot", "value": "value",
    "currency": "currency", "engaged_ms": "engaged_ms", "scroll": "scroll", "properties": "props",
}  # fmt: skip
MOMENTS = ("at", "received_at")
CURSOR_SALT = "analytics.events"
# Newest first means the newest days first: most pages are found in the last one, and the key prunes by day.
SPANS = (timedelta(days=1), timedelta(days=8))


@dataclass(frozen=True)
class EventPage:
    events: list[dict[str, Any]]
    next_cursor: str | None


def list_events(query: Query, limit: int, cursor: str | None = None) -> EventPage:
    """Up to `limit` events of `query`'s period and filters, after `cursor`.

    QueryError for a cursor that is not of this workspace and environment.
    """
    after = _opened(query, cursor) if cursor else None
    found: list[dict[str, Any]] = []
    for start in _starts(query.period, after):
        found = _newest(replace(query, period=replace(query.period, start=start)), limit + 1, after)
        if len(found) > limit:
            break
    more = len(found) > limit
    return EventPage(found[:limit], _cursor(query, found[limit - 1]) if more else None)


def count_events(query: Query) -> int:
    bound = Parameters()
    sql = f"SELECT count() FROM events WHERE {where(query, 'events', bound)}"
    return int(costs.query(sql, bound.values, query.dataset_id).rows[0][0])


def stream_events(query: Query, most: int) -> Iterator[dict[str, Any]]:
    """The newest `most` of them, in constant memory here; the engine sorts."""
    bound = Parameters()
    sql = f"{_select(query, bound)} ORDER BY ts DESC, event_id DESC LIMIT {bound.bind(most, 'UInt32')}"
    note(sql, bound.values)
    for block in store.stream(sql, bound.values, dataset_id=query.dataset_id):
        yield from map(shown, block)


def _newest(query: Query, count: int, after: tuple[int, str] | None) -> list[dict[str, Any]]:
    bound = Parameters()
    sql = _select(query, bound)
    if after:
        moment, event_id = bound.bind(after[0], "Int64"), bound.bind(after[1], "UUID")
        sql += f" AND (ts, event_id) < (fromUnixTimestamp64Milli({moment}, 'UTC'), {event_id})"
    sql += f" ORDER BY ts DESC, event_id DESC LIMIT {bound.bind(count, 'UInt32')}"
    return [shown(row) for row in costs.query(sql, bound.values, query.dataset_id).rows]


def _select(query: Query, bound: Parameters) -> str:
    # The names in the answer are ours alone: an alias that is also a column would take its place in WHERE.
    columns = ", ".join(f"{sql} AS c{n}" for n, sql in enumerate(COLUMNS.values()))
    return f"SELECT {columns} FROM events WHERE {where(query, 'events', bound)}"


def shown(row: tuple[Any, ...]) -> dict[str, Any]:
    event = dict(zip(COLUMNS, row, strict=True))
    for name in MOMENTS:
        event[name] = datetime.fromtimestamp(event[name] / 1000, UTC).isoformat(timespec="milliseconds")
    return event


def _starts(period: Period, after: tuple[int, str] | None) -> list[datetime]:
    """Where to begin looking, ever further back, the period's own start last."""
    end = min(period.end.timestamp(), (after[0] / 1000 + 1) if after else period.end.timestamp())
    newest = datetime.fromtimestamp(end, UTC).astimezone(period.start.tzinfo)
    later = [newest.astimezone(UTC) - span for span in SPANS]
    return [moment for moment in later if moment.timestamp() > period.start.timestamp()] + [period.start]


def _cursor(query: Query, last: dict[str, Any]) -> str:
    at_ms = round(datetime.fromisoformat(last["at"]).timestamp() * 1000)
    return signing.dumps([query.dataset_id, at_ms, last["id"]], salt=CURSOR_SALT, compress=True)


def _opened(query: Query, cursor: str) -> tuple[int, str]:
    try:
        dataset_id, at_ms, event_id = signing.loads(cursor, salt=CURSOR_SALT)
    except signing.BadSignature:
        dataset_id, at_ms, event_id = None, 0, ""
    if dataset_id != query.dataset_id:
        raise QueryError("This cursor belongs to another list. Start again without a cursor.", "cursor")
    return at_ms, event_id


def properties_text(event: dict[str, Any]) -> str:
    return json.dumps(event["properties"], ensure_ascii=False) if event["properties"] else ""
