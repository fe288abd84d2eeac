"""Stickiness: on how many days (weeks, months) of the period people were active, and what share of a month's people
come on a day.

In the URL: ?active=is,event,export (what counts as being active; anything, without). The units are the page's interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from analytics.query.bounds import Parameters
from analytics.query.conditions import PERSON
from analytics.query.gaps import edges
from analytics.query.model import Interval, Period, Query
from analytics.query.reporting import report
from analytics.query.saved import Saved
from analytics.query.scope import where
from analytics.query.whole_units import is_clipped
from analytics.reports.steps import ANYTHING, Step, fits, step_of_text, step_or_any, text_of_step
from analytics.reports.units import units
from config.lib.clock import day_start

WEEK, MONTH = 7, 30  # trailing days, whatever the calendar says
FIELDS = ("active",)


@dataclass(frozen=True)
class Stickiness:
    active: Step = ANYTHING

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [("active", text_of_step(self.active))] if self.active != ANYTHING else []


@dataclass(frozen=True)
class Answer:
    exact: list[int]  # people active in exactly 1, 2, 3 … units
    clipped: int  # of how many units the period has some days only: 0, 1 or 2
    # Of the last 30 days up to the period's last: people on a mean day, in the last 7 days, in all 30.
    daily: float
    weekly: int
    monthly: int
    as_of: datetime

    @property
    def people(self) -> int:
        return sum(self.exact)

    @property
    def cumulative(self) -> list[int]:
        """People active in at least 1, 2, 3 … units."""
        return [sum(self.exact[n:]) for n in range(len(self.exact))]

    @property
    def ratio(self) -> float | None:
        """DAU / MAU in percent."""
        return 100 * self.daily / self.monthly if self.monthly else None


def from_params(params: QueryDict, saved: Saved) -> Stickiness:
    return Stickiness(step_of_text(text, saved) if (text := params.get("active")) else ANYTHING)


def from_json(data: Mapping[str, Any], saved: Saved) -> Stickiness:
    return Stickiness(step_or_any(data, "active", saved))


def answer(asked: Stickiness, query: Query, interval: Interval, now: datetime) -> Answer:
    """Raises QueryError for too many units; the errors of the store."""
    starts = edges(query.period, interval)
    ends = [*starts[1:], query.period.end]
    clipped = sum(is_clipped(start, end, interval, now) for start, end in zip(starts, ends, strict=True))
    statements = [_histogram(asked, query, starts), _actives(asked, query, now)]
    reported = report(query.dataset_id, statements, now)
    counts = dict(reported.rows[0].rows)
    monthly, weekly, daily = reported.rows[1].rows[0]
    exact = [counts.get(n, 0) for n in range(1, len(starts) + 1)]
    return Answer(exact, clipped, daily, weekly, monthly, reported.as_of)


def people_in(
    asked: Stickiness, query: Query, starts: list[datetime], units: int, exactly: bool
) -> tuple[str, Parameters]:
    """Who was active in so many units, or in at least as many."""
    bound = Parameters()
    people = _people(asked, query, starts, bound)
    return f"SELECT person FROM ({people}) WHERE units {'=' if exactly else '>='} {bound.bind(units, 'UInt32')}", bound


def _histogram(asked: Stickiness, query: Query, starts: list[datetime]) -> tuple[str, Parameters]:
    """Columns: number of units, people."""
    bound = Parameters()
    return f"SELECT units, count() FROM ({_people(asked, query, starts, bound)}) GROUP BY units", bound


def _people(asked: Stickiness, query: Query, starts: list[datetime], bound: Parameters) -> str:
    given = replace(query, compare=None)
    return (
        f"SELECT {PERSON} AS person, length({units(starts, bound)}) AS units FROM events"
        f" WHERE {where(given, 'events', bound)} AND {fits(asked.active, given, bound)} GROUP BY {PERSON}"
    )


def _actives(asked: Stickiness, query: Query, now: datetime) -> tuple[str, Parameters]:
    """Columns: people of the last 30 days, of the last 7, of a mean day."""
    bound, zone = Parameters(), ZoneInfo(query.zone)
    last = min(query.period.end - timedelta(microseconds=1), now).astimezone(zone).date() + timedelta(1)
    days = [day_start(last - timedelta(n), query.zone) for n in range(MONTH, -1, -1)]
    month = replace(query, period=Period("", days[0], days[-1]), compare=None)
    week = bound.bind(int(days[-1 - WEEK].timestamp()), "UInt32")
    active = f"length({units(days[:-1], bound)})"
    people = (
        f"SELECT max(toUnixTimestamp(ts)) >= {week} AS is_weekly, {active} AS days FROM events"
        f" WHERE {where(month, 'events', bound)} AND {fits(asked.active, month, bound)} GROUP BY {PERSON}"
    )
    return f"SELECT count(), countIf(is_weekly), sum(days) / {MONTH} FROM ({people})", bound
