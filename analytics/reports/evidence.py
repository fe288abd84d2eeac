"""What stands behind a number: what was left out of it, and one visit that is in it, with its events."""

from dataclasses import dataclass
from datetime import datetime

from analytics.query.conditions import PERSON
from analytics.query.model import Condition, Query
from analytics.query.reporting import report
from analytics.query.scope import Parameters, where
from analytics.reports.steps import ANYTHING, fits

LATE_S = 3600
EVENTS_SHOWN = 20
Conditions = tuple[Condition, ...]


@dataclass(frozen=True)
class Excluded:
    """Of the events of the period that fit the filters."""

    bot_events: int  # left out, unless the question includes bots
    late_events: int  # counted, though they arrived more than an hour after they happened
    events: int


@dataclass(frozen=True)
class Step:
    at: datetime
    type: str
    name: str
    path: str


@dataclass(frozen=True)
class Visit:
    session_id: str
    visitor_id: str
    start: datetime
    seconds: float
    pageviews: int
    events: int
    engaged_ms: int
    bounce: bool
    entry_page: str
    exit_page: str
    steps: list[Step]


@dataclass(frozen=True)
class Walked:
    at: datetime
    type: str
    name: str
    path: str
    marks: str  # letters of the steps that the event fits


@dataclass(frozen=True)
class Walk:
    """What one person did, of those whom a report counts."""

    person_id: str
    steps: list[Walked]


def walk(query: Query, steps: dict[str, Conditions], now: datetime) -> Walk | None:
    """Of who did most of `steps` in the period, the newest; without steps, whoever came last. None: nobody."""
    alone, marks = _alone(query), steps or {"": ANYTHING}
    bound = Parameters()
    fitting = [fits(step, alone, bound) for step in marks.values()]
    did = " + ".join(f"toUInt8(max({each}))" for each in fitting)
    sql = (
        f"SELECT {PERSON} FROM events WHERE {where(alone, 'events', bound)} AND ({' OR '.join(fitting)})"
        f" GROUP BY {PERSON} ORDER BY {did} DESC, max(ts) DESC, {PERSON} LIMIT 1"
    )
    (rows,) = report(query.dataset_id, [(sql, bound)], now).rows
    return _walk_of(alone, marks, rows.rows[0][0], now) if rows.rows else None


def _walk_of(query: Query, marks: dict[str, Conditions], person: int, now: datetime) -> Walk:
    bound = Parameters()
    fitting = {letter: fits(step, query, bound) for letter, step in marks.items()}
    letters = ", ".join(f"if({sql}, {bound.bind(letter, 'String')}, '')" for letter, sql in fitting.items())
    sql = (
        f"SELECT ts, type, name, path, arrayStringConcat([{letters}], '') FROM events"
        f" WHERE {where(query, 'events', bound)} AND {PERSON} = {bound.bind(person, 'UInt64')}"
        f" AND ({' OR '.join(fitting.values())})"
        f" ORDER BY ts, event_id LIMIT {bound.bind(EVENTS_SHOWN, 'UInt8')}"
    )
    (rows,) = report(query.dataset_id, [(sql, bound)], now).rows
    return Walk(str(person), [Walked(*row) for row in rows.rows])


def excluded(query: Query, now: datetime) -> Excluded:
    bound = Parameters()
    everybody = _with_bots(query)
    sql = (
        f"SELECT countIf(bot != ''), countIf(received_at > ts + {bound.bind(LATE_S, 'UInt32')}), count()"
        f" FROM events WHERE {where(everybody, 'events', bound)}"
    )
    (rows,) = report(query.dataset_id, [(sql, bound)], now).rows
    return Excluded(*map(int, rows.rows[0]))


def one_visit(query: Query, now: datetime) -> Visit | None:
    """The newest visit of the period that fits; None without any."""
    bound = Parameters()
    sql = (
        "SELECT session_id, toString(visitor_id), start,"
        " toUnixTimestamp64Milli(stop) - toUnixTimestamp64Milli(start), pageviews, events, engaged_ms, bounce,"
        " entry_page, exit_page"
        f" FROM sessions FINAL WHERE {where(_alone(query), 'sessions', bound)}"
        " ORDER BY pageviews > 0 DESC, start DESC, session_id LIMIT 1"
    )
    (rows,) = report(query.dataset_id, [(sql, bound)], now).rows
    if not rows.rows:
        return None
    session_id, visitor, start, lasted_ms, pageviews, events, engaged, bounce, entry, left = rows.rows[0]
    return Visit(
        str(session_id), visitor, start, lasted_ms / 1000, pageviews, events, engaged, bool(bounce), entry, left,
        _steps(query, session_id, start, now),
    )  # fmt: skip


def _steps(query: Query, session_id: int, start: datetime, now: datetime) -> list[Step]:
    bound = Parameters()
    day = bound.bind(start.date(), "Date")
    sql = (
        "SELECT ts, type, name, path FROM events"
        f" WHERE dataset_id = {bound.bind(query.dataset_id, 'UInt32')}"
        f" AND toDate(ts) >= {day} AND toDate(ts) <= addDays({day}, 1)"
        f" AND session_id = {bound.bind(session_id, 'UInt64')}"
        f" ORDER BY ts, event_id LIMIT {bound.bind(EVENTS_SHOWN, 'UInt8')}"
    )
    (rows,) = report(query.dataset_id, [(sql, bound)], now).rows
    return [Step(*row) for row in rows.rows]


def _with_bots(query: Query) -> Query:
    return _alone(query, bots=True)


def _alone(query: Query, bots: bool | None = None) -> Query:
    """Its period and conditions alone: no comparison, no groups."""
    return Query(
        query.dataset_id,
        query.zone,
        query.period,
        (),
        filters=query.filters,
        bots=query.bots if bots is None else bots,
    )
