"""Deleting what happened before a day (UTC), in one dataset, with what is left of people without any event.

Rows are masked, part by part, and leave the disk with `erasure.purge`. A whole month of all datasets is no case of its
own: `DROP PARTITION` would take along what the writer puts into the month at the same moment, and a part of which
every row is masked costs the engine next to nothing to write anew, and vanishes.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from tracking.store import aggregates
from tracking.store.deletes import delete
from tracking.store.reads import query
from tracking.store.usage import received_by_hour

_EVENTS = "toDate(ts) < {before:Date}"
_SESSIONS = "session_id < {first:UInt64}"  # its upper half is when the visit began
# Later versions of an event carry nothing of it, not even its time: without them an older one would come up again.
_QUARANTINE = (
    "event_id IN (SELECT event_id FROM quarantine WHERE dataset_id IN {datasets:Array(UInt32)}"
    " AND toDate(ts) > toDate(0) AND toDate(ts) < {before:Date})"
)
_LEFT = "(SELECT person_id FROM events WHERE dataset_id IN {datasets:Array(UInt32)})"
_BROWSERS = "(SELECT visitor_id FROM events WHERE dataset_id IN {datasets:Array(UInt32)})"
# Lists may hold people who were uploaded and have not come yet, and who stay: so this is asked while the old events are
# there.
_GONE = (
    f"person_id IN (SELECT person_id FROM events WHERE dataset_id IN {{datasets:Array(UInt32)}} AND {_EVENTS})"
    " AND person_id NOT IN (SELECT person_id FROM events WHERE dataset_id IN {datasets:Array(UInt32)}"
    " AND toDate(ts) >= {before:Date})"
)
# The writer stores an event before it says anything of its person, so nobody new is met here. A merge stays while the
# id it leads to is merged on: chains go from their end.
_MERGES = (
    f"person_id NOT IN {_LEFT} AND visitor_id NOT IN {_LEFT} AND visitor_id NOT IN {_BROWSERS}"
    " AND person_id NOT IN (SELECT visitor_id FROM identity WHERE dataset_id IN {datasets:Array(UInt32)})"
)


def holds(dataset_id: int, before: date) -> bool:
    """Whether there is anything to delete. Reads the start of the key."""
    events = f"SELECT 1 FROM events WHERE {_EVENTS} LIMIT 1"
    visits = f"SELECT 1 FROM sessions WHERE {_SESSIONS} LIMIT 1"
    aside = f"SELECT 1 FROM quarantine WHERE {_QUARANTINE} LIMIT 1"
    bound = _bound(dataset_id, before)
    return any(query(sql, bound, dataset_id=dataset_id).rows for sql in (events, visits, aside))


def count(dataset_id: int, before: date) -> int:
    """How many events there are from before. Reads the key alone. Raises StoreError."""
    found = query(f"SELECT count() FROM events WHERE {_EVENTS}", _bound(dataset_id, before), dataset_id=dataset_id)
    return int(found.rows[0][0])


def received_since(dataset_id: int, before: date, since: datetime) -> dict[datetime, tuple[int, int]]:
    """Of the events from before that were received since then: see received_by_hour."""
    return received_by_hour(dataset_id, _EVENTS, _bound(dataset_id, before), since)


def delete_before(dataset_id: int, before: date) -> Iterator[tuple[str, int]]:
    """Table after table, with the number of rows that went. Raises StoreUnavailable, and goes on when called again."""
    bound = _bound(dataset_id, before)
    yield "cohort_members", delete("cohort_members", _GONE, bound)
    yield "events", delete("events", _EVENTS, bound)
    yield "sessions", delete("sessions", _SESSIONS, bound)
    aggregates.forget(dataset_id, before)
    yield "quarantine", delete("quarantine", _QUARANTINE, bound)
    yield "traits", delete("traits", f"person_id NOT IN {_LEFT}", bound)
    while gone := delete("identity", _MERGES, bound):
        yield "identity", gone


def _bound(dataset_id: int, before: date) -> dict[str, Any]:
    first_s = int(datetime.combine(before, time(), UTC).timestamp())
    return {"datasets": [dataset_id], "before": before, "first": first_s << 32}
