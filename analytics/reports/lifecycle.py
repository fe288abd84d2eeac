"""Lifecycle: who is new, who keeps coming, who is back after a pause, and who stayed away.

In the URL: ?active=is,event,export (what counts as being active; anything, without). The units are the page's interval.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.http import QueryDict

from analytics.query.bounds import Parameters
from analytics.query.conditions import PERSON
from analytics.query.gaps import axis
from analytics.query.model import Interval, Period, Query
from analytics.query.periods import month_start
from analytics.query.reporting import report
from analytics.query.saved import Saved
from analytics.query.scope import where
from analytics.reports.steps import ANYTHING, Step, fits, step_of_text, step_or_any, text_of_step
from analytics.reports.units import units
from config.lib.clock import day_start

State = Literal["new", "returning", "resurrected", "dormant"]
STATES: tuple[State, ...] = ("new", "returning", "resurrected", "dormant")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # before anything that is stored
FIELDS = ("active",)


@dataclass(frozen=True)
class Lifecycle:
    active: Step = ANYTHING

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [("active", text_of_step(self.active))] if self.active != ANYTHING else []


@dataclass(frozen=True)
class Bucket:
    start: datetime
    people: dict[State, int]
    partial: bool

    @property
    def pulse(self) -> float | None:
        """(new + resurrected) / dormant: above 1 the number of active people grows. None where nobody stayed away."""
        gone = self.people["dormant"]
        return (self.people["new"] + self.people["resurrected"]) / gone if gone else None


@dataclass(frozen=True)
class Answer:
    buckets: list[Bucket]
    as_of: datetime


def from_params(params: QueryDict, saved: Saved) -> Lifecycle:
    return Lifecycle(step_of_text(text, saved) if (text := params.get("active")) else ANYTHING)


def from_json(data: Mapping[str, Any], saved: Saved) -> Lifecycle:
    return Lifecycle(step_or_any(data, "active", saved))


def answer(asked: Lifecycle, query: Query, interval: Interval, now: datetime) -> Answer:
    """Raises QueryError for too many buckets; the errors of the store."""
    buckets = axis(query.period, interval)
    reported = report(query.dataset_id, [statement(asked, query, interval, list(buckets.starts))], now)
    counts: defaultdict[int, dict[State, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    for place, state, people in reported.rows[0].rows:
        counts[place][STATES[state]] = people
    found = [
        Bucket(start, counts[place], buckets.is_partial(place, now))
        for place, start in enumerate(buckets.starts)
        if not buckets.is_ahead(place, now)
    ]
    return Answer(found, reported.as_of)


def statement(asked: Lifecycle, query: Query, interval: Interval, starts: list[datetime]) -> tuple[str, Parameters]:
    """Columns: bucket (from 0), state, people."""
    bound = Parameters()
    states = _states(asked, query, interval, starts, bound)
    first, end = (bound.bind(_state(place, "new"), "Int32") for place in (0, len(starts)))
    counted = f"SELECT s, count() AS people FROM ({states}) WHERE s >= {first} AND s < {end} GROUP BY s"
    return f"SELECT intDiv(s, {len(STATES)}) - {PLACE}, s % {len(STATES)}, people FROM ({counted})", bound


def people_in(
    asked: Lifecycle, query: Query, interval: Interval, place: int, state: State, starts: list[datetime]
) -> tuple[str, Parameters]:
    """Who was in the state in the bucket (from 0)."""
    bound = Parameters()
    states = _states(asked, query, interval, starts, bound)
    return f"SELECT person FROM ({states}) WHERE s = {bound.bind(_state(place, state), 'Int32')}", bound


# Units are numbered from 1, and that is the one before the period: who was active in it and not in the next is dormant
# there. The first bucket is unit 2.
PLACE = 2


def _state(place: int, state: State) -> int:
    """Bucket and state as one number: the engine groups numbers in a fraction of the time that tuples take."""
    return (place + PLACE) * len(STATES) + STATES.index(state)


def _states(asked: Lifecycle, query: Query, interval: Interval, starts: list[datetime], bound: Parameters) -> str:
    """A row for each person and each unit that they were in some state in, as s. One row a person first: the units they
    were active in, in order; 0 stands for all time before. Who is active is told by the unit before in that list, who
    is dormant by the one after."""
    everything = replace(query, period=Period("", BEGINNING, query.period.end), compare=None)
    active = units([_before(starts[0], interval), *starts], bound)
    people = (
        f"SELECT {PERSON} AS person, {active} AS active FROM events"
        f" WHERE {where(everything, 'events', bound)} AND {fits(asked.active, everything, bound)} GROUP BY {PERSON}"
    )
    before, after = (f"arrayShift{side}(active, 1, toInt32(-1))" for side in ("Right", "Left"))
    here = f"{len(STATES)} * a + multiIf(p < 0, 0, p = a - 1, 1, 2)"
    gone = f"arrayFilter((a, n) -> n != a + 1, active, {after})"
    states = (
        f"arrayConcat(arrayMap((a, p) -> {here}, active, {before}), arrayMap(a -> {len(STATES)} * (a + 1) + 3, {gone}))"
    )
    return f"SELECT person, arrayJoin({states}) AS s FROM ({people})"


def _before(start: datetime, interval: Interval) -> datetime:
    """Where the unit before the period begins: a whole one before, wherever in its week or month the period starts."""
    day, zone = start.date(), str(start.tzinfo)
    if interval in ("minute", "hour"):
        return start.astimezone(UTC) - (timedelta(hours=1) if interval == "hour" else timedelta(minutes=1))
    if interval == "month":
        first = month_start(day, -1)
        return day_start(first + timedelta(min(day.day, 28) - 1), zone)
    return day_start(day - timedelta(7 if interval == "week" else 1), zone)
