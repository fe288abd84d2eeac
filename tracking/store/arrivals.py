"""Stored events in the order in which they were received, for whoever passes them on.

`received_at` is the door's clock and events become visible a moment later, in any order: whoever reads up to a moment
leaves some distance to now and looks again for stragglers.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tracking.events import MAX_HISTORY_DAYS
from tracking.store.reads import query

IDS_AT_ONCE = 500
COLUMNS = (
    "event_id", "ts", "received_at", "type", "name", "visitor_id", "session_id", "person_id", "user_id", "host", "path",
    "title", "referrer", "source", "channel", "utm_source", "utm_medium", "utm_campaign", "country", "region", "city",
    "browser", "browser_version", "os", "os_version", "device", "screen", "language", "value", "currency",
    "engaged_ms", "scroll", "props",
)  # fmt: skip


class Chosen(NamedTuple):
    """Which events: of these types; of custom events and goals only `names`, where there are any."""

    types: Sequence[str]
    names: Sequence[str] = ()
    with_bots: bool = False


class Arrival(NamedTuple):
    received_at: datetime
    event_id: uuid.UUID
    ts: datetime


class Span(NamedTuple):
    """What bounds the search for events by id: both ends belong to it."""

    received_from: datetime
    received_to: datetime
    happened_from: datetime
    happened_to: datetime


def arrivals(
    dataset_id: int, chosen: Chosen, since: datetime, until: datetime, most: int, after: uuid.UUID | None = None
) -> list[Arrival]:
    """Those received in [since, until), the first `most` of them; with `after`, behind that event of `since`."""
    if not chosen.types:
        return []
    condition, parameters = _chosen(chosen, since, until)
    if after:
        condition += " AND (received_at, event_id) > ({since:DateTime64(3, 'UTC')}, {after:UUID})"
        parameters["after"] = str(after)
    found = query(
        f"SELECT received_at, event_id, ts FROM events WHERE {condition}"
        " ORDER BY received_at, event_id LIMIT {most:UInt32}",
        parameters | {"most": most},
        dataset_id=dataset_id,
    )
    return [Arrival(*row) for row in found.rows]


def count_arrivals(dataset_id: int, chosen: Chosen, since: datetime, until: datetime) -> int:
    """How many were received in [since, until)."""
    if not chosen.types or since >= until:
        return 0
    condition, parameters = _chosen(chosen, since, until)
    found = query(f"SELECT count() FROM events WHERE {condition}", parameters, dataset_id=dataset_id)
    return int(found.rows[0][0])


def events_by_id(dataset_id: int, ids: Sequence[bytes], span: Span) -> dict[bytes, dict[str, Any]]:
    """The events that (still) exist, by id."""
    rows: dict[bytes, dict[str, Any]] = {}
    for some in _parts(ids):
        found = query(
            f"SELECT {', '.join(COLUMNS)} FROM events"
            " WHERE received_at >= {received_from:DateTime64(3, 'UTC')}"
            " AND received_at <= {received_to:DateTime64(3, 'UTC')}"
            " AND ts >= {happened_from:DateTime64(3, 'UTC')} AND ts <= {happened_to:DateTime64(3, 'UTC')}"
            " AND event_id IN {ids:Array(UUID)}",
            {**span._asdict(), "ids": [each.hex() for each in some]},
            dataset_id=dataset_id,
        )
        rows |= {row[0].bytes: dict(zip(COLUMNS, row, strict=True)) for row in found.rows}
    return rows


def traits_of(dataset_id: int, persons: Collection[int]) -> dict[int, dict[str, str]]:
    """What is known of these persons now."""
    known: dict[int, dict[str, str]] = {}
    for some in _parts(sorted(persons)):
        found = query(
            "SELECT person_id, name, value FROM traits FINAL WHERE person_id IN {persons:Array(UInt64)} AND value != ''"
            " ORDER BY person_id, name",
            {"persons": list(some)},
            dataset_id=dataset_id,
        )
        for person, name, value in found.rows:
            known.setdefault(person, {})[name] = value
    return known


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + IDS_AT_ONCE] for start in range(0, len(values), IDS_AT_ONCE))


def _chosen(chosen: Chosen, since: datetime, until: datetime) -> tuple[str, dict[str, Any]]:
    # ts bounds the scan by the key; an event is at most MAX_HISTORY_DAYS older than its receipt. Who asked for privacy
    # (Global Privacy Control) is counted here and passed on to nobody.
    condition = (
        "received_at >= {since:DateTime64(3, 'UTC')} AND received_at < {until:DateTime64(3, 'UTC')}"
        " AND toDate(ts) >= {oldest:Date} AND type IN {types:Array(String)} AND props['gpc'] != 'true'"
    )
    oldest = (since - timedelta(days=MAX_HISTORY_DAYS + 1)).date()
    parameters: dict[str, Any] = {"since": since, "until": until, "oldest": oldest, "types": list(chosen.types)}
    if chosen.names:
        condition += " AND (type NOT IN ('custom', 'goal') OR name IN {names:Array(String)})"
        parameters["names"] = list(chosen.names)
    return condition + ("" if chosen.with_bots else " AND bot = ''"), parameters
