"""Visits, newest first, page by page; and what happened in one of them.

A visit's id begins with the second in which it began and never changes, so pages go on below the last id seen, whatever
arrives meanwhile.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.query import costs
from analytics.query.model import Period, Query
from analytics.query.scope import Parameters, where
from analytics.reports.cursors import seal, unseal
from analytics.reports.events import COLUMNS, shown
from analytics.reports.visit_ends import with_end

VISIT = {
    "id": "toString(session_id)", "person_id": "toString(person_id)", "visitor_id": "toString(visitor_id)",
    "user_id": "user_id", "started_at": "start", "ended_at": "stop", "pageviews": "pageviews", "events": "events",
    "engaged_ms": "engaged_ms", "bounce": "bounce", "value": "value", "entry_page": "entry_page",
    "exit_page": "exit_page", "source": "source", "channel": "channel", "referrer": "referrer",
    "utm_campaign": "utm_campaign", "country": "country", "region": "region", "city": "city", "browser": "browser",
    "os": "os", "device": "device", "screen": "screen", "language": "language", "bot": "bot",
}  # fmt: skip
EVENTS_OF_A_VISIT = 1000
DAY = timedelta(days=1)


@dataclass(frozen=True)
class VisitPage:
    visits: list[dict[str, Any]]
    next_cursor: str | None


def list_sessions(query: Query, limit: int, cursor: str | None = None, person_id: int | None = None) -> VisitPage:
    """Up to `limit` visits of the period and its conditions; of one person, where one is named."""
    bound = Parameters()
    conditions = [where(query, "sessions", bound)]
    if person_id is not None:
        conditions.append(f"person_id = {bound.bind(person_id, 'UInt64')}")
    if cursor:
        (last,) = unseal(query.dataset_id, "sessions", cursor)
        conditions.append(f"session_id < {bound.bind(int(last), 'UInt64')}")
    sql = (
        f"SELECT {', '.join(VISIT.values())} FROM sessions FINAL WHERE {' AND '.join(conditions)}"
        f" ORDER BY session_id DESC LIMIT {bound.bind(limit + 1, 'UInt32')}"
    )
    visits = _visits(query.dataset_id, sql, bound)
    more = len(visits) > limit
    return VisitPage(visits[:limit], seal(query.dataset_id, "sessions", visits[limit - 1]["id"]) if more else None)


def session(dataset_id: int, session_id: int) -> dict[str, Any] | None:
    bound = Parameters()
    sql = (
        f"SELECT {', '.join(VISIT.values())} FROM sessions FINAL WHERE dataset_id = {bound.bind(dataset_id, 'UInt32')}"
        f" AND session_id = {bound.bind(session_id, 'UInt64')}"
    )
    return next(iter(_visits(dataset_id, sql, bound)), None)


def events_of(dataset_id: int, visits: list[dict[str, Any]], most: int = EVENTS_OF_A_VISIT) -> dict[str, list[Any]]:
    """The events of each visit by its id, in order of time; the first `most` of each."""
    if not visits:
        return {}
    bound = Parameters()
    first = min(each["started_at"] for each in visits).date() - DAY
    last = max(each["ended_at"] for each in visits).date() + DAY
    columns = ", ".join(f"{sql} AS c{n}" for n, sql in enumerate(COLUMNS.values()))
    ids = [int(each["id"]) for each in visits]
    sql = (
        f"SELECT {columns} FROM events WHERE dataset_id = {bound.bind(dataset_id, 'UInt32')}"
        f" AND toDate(ts) BETWEEN {bound.bind(first, 'Date')} AND {bound.bind(last, 'Date')}"
        f" AND session_id IN {bound.bind(ids, 'Array(UInt64)')}"
        f" ORDER BY ts, event_id LIMIT {bound.bind(most, 'UInt32')} BY session_id"
    )
    found: dict[str, list[Any]] = {each["id"]: [] for each in visits}
    for row in costs.query(sql, bound.values, dataset_id).rows:
        event = shown(row)
        found[event["session_id"]].append(event)
    return found


def timelines(
    dataset_id: int, visits: list[dict[str, Any]], now: datetime, timeout_minutes: int, most: int = EVENTS_OF_A_VISIT
) -> dict[str, list[Any]]:
    """The same with the end of each visit that is over, unless there are more events than `most`."""
    found = events_of(dataset_id, visits, most)
    for visit in visits:
        if len(found[visit["id"]]) < most:
            found[visit["id"]] = with_end(visit, found[visit["id"]], now, timeout_minutes)
    return found


def number(text: str) -> int | None:
    """A visit's or person's id as it stands in an address; None for what is no id."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) < 1 << 64 else None


def all_time(now: datetime, zone: Any) -> Period:
    return Period("all", datetime(2000, 1, 1, tzinfo=UTC).astimezone(zone), (now + DAY).astimezone(zone))


def _visits(dataset_id: int, sql: str, bound: Parameters) -> list[dict[str, Any]]:
    rows = costs.query(sql, bound.values, dataset_id).rows
    return [dict(zip(VISIT, row, strict=True)) for row in rows]
