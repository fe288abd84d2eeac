"""Which questions can be put together from days, and what each of their days has to be asked.

    a period with at least a week of days that are over for long, and buckets of days if it has any
    conditions that each row answers by itself: what somebody did elsewhere, or in the whole period, no day knows
    metrics whose states merge (terms)

A visit that reaches over midnight is one of the first day's, and its visitor was there on both.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from analytics.query import size
from analytics.query.bounds import Window
from analytics.query.compile import aggregate, listed, only_type, reaches
from analytics.query.daily.terms import Call, split
from analytics.query.gaps import ELAPSED, axis
from analytics.query.model import AllOf, AnyOf, Condition, Filter, Not, Period, Query, Segment
from analytics.query.plan import Part
from analytics.query.scope import Parameters, column, tables, where, within
from analytics.query.series import begun_in, touched
from analytics.query.trees import children, tells
from config.lib.clock import day_start
from tracking import late

# What happens to a day so long after its end is told by the writer.
OVER = timedelta(milliseconds=late.LATE_MS) + timedelta(hours=12)
FEWEST = 7
MOST_DAYS = 1_000_000  # no period has more
Day = tuple[int, int]
ANY_DAY = (864_000, 950_400)


@dataclass(frozen=True)
class Daily:
    """One part of a question, by days. `over`: the days (first second, first second of the next) that may be kept."""

    query: Query
    part: Part
    days: tuple[Day, ...]
    over: frozenset[Day]
    calls: tuple[Call, ...]
    formulas: tuple[str, ...]
    events: int  # to count otherwise, about

    @cached_property
    def id(self) -> int:
        """Of what is asked of each day, whatever the days."""
        bound = Parameters()
        asked = (states(self, [ANY_DAY], bound), bound.frozen(), self.query.zone)
        return int.from_bytes(hashlib.sha256(repr(asked).encode()).digest()[:8])


def by_days(query: Query, part: Part, now: datetime) -> Daily | None:
    """None: it has to be counted from the rows."""
    if query.profile or query.interval in ELAPSED:
        return None
    if not all(_is_plain(each) and tells(each, part.source) for each in query.filters):
        return None
    calls, found = _terms(query, part, [0], Parameters())
    formulas = tuple(each for each in found if each is not None)
    periods = [each for each in (query.period, query.compare) if each]
    over = frozenset(day for each in periods for day in _whole_days(each) if day[1] <= (now - OVER).timestamp())
    if len(formulas) < len(found) or len(over) < FEWEST:
        return None
    days = tuple(sorted(day for each in periods for day in _days(each)))
    return Daily(query, part, days, over, tuple(calls), formulas, size.about(query, now))


def states(asked: Daily, days: list[Day], bound: Parameters) -> str:
    """SELECT day, k0 …, s0 … of neighbouring days: one row for each group of each day."""
    part, zone = asked.part, ZoneInfo(asked.query.zone)
    start, end = (datetime.fromtimestamp(second, zone) for second in (days[0][0], days[-1][1]))
    query = replace(asked.query, period=Period("custom", start, end), compare=None, interval="day")
    starts = [day[0] for day in days] + [days[-1][1]]
    calls, _ = _terms(query, part, starts, bound)
    keys = [column(name, part.source, bound) for name in part.dimensions]
    conditions = [where(query, part.source, bound, reaches(query, part)), *only_type(part, bound), *listed(part, keys)]
    columns = [f"{_bucket(query, part, starts, bound)} AS day", *(f"{key} AS k{n}" for n, key in enumerate(keys))]
    columns += [f"{call.state()} AS s{n}" for n, call in enumerate(calls)]
    by = ", ".join(["day", *(f"k{n}" for n in range(len(keys)))])
    source = tables(query, bound)[part.source]
    return f"SELECT {', '.join(columns)} FROM {source} WHERE {' AND '.join(conditions)} GROUP BY {by}"


def _terms(query: Query, part: Part, starts: list[int], bound: Parameters) -> tuple[list[Call], list[str | None]]:
    """Of the metrics, of each day. A row counts on the day on which it began, as in analytics.query.series."""
    inside = "1"
    if reaches(query, part):
        window = within(part.source, Window.of(query.period), bound)
        inside = f"day = {begun_in(part.source, bound.bind(starts, 'Array(UInt32)'))} AND {window}"
    calls: list[Call] = []
    given = (aggregate(query, name, part.source, inside, "1", exact=False) for name in part.metrics)
    return calls, [split(each, calls) for each in given]


def _bucket(query: Query, part: Part, starts: list[int], bound: Parameters) -> str:
    days = bound.bind(starts, "Array(UInt32)")
    begun = begun_in(part.source, days)
    return touched(query, begun, days) if reaches(query, part) else begun


def _is_plain(given: Condition) -> bool:
    if isinstance(given, AllOf | AnyOf | Not | Segment):
        return all(map(_is_plain, children(given)))
    return isinstance(given, Filter)


def _whole_days(period: Period) -> tuple[Day, ...]:
    """Those from midnight to midnight: it may begin or end in between."""
    begins, ends = (day_start(each.date(), str(each.tzinfo)) == each for each in (period.start, period.end))
    days = _days(period)
    return days[not begins : len(days) - (not ends)]


def _days(period: Period) -> tuple[Day, ...]:
    return tuple(pairwise(int(each) for each in axis(period, "day", most=MOST_DAYS).bounds))
