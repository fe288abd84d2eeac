"""Lifecycle: who is new, who keeps coming, who is back after a pause, and who stayed away.

In the URL: ?active=is,event,export (what counts as being active; anything, without). The units are the page's interval.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from django.http import QueryDict

from analytics.query.bounds import Parameters
from analytics.query.conditions import PERSON
from analytics.query.gaps import axis
from analytics.query.model import Interval, Period, Query
from analytics.query.reporting import report
from analytics.query.saved import Saved
from analytics.query.scope import where
from analytics.query.whole_units import is_clipped, is_within, unit_before, unit_start
from analytics.reports.steps import ANYTHING, Step, fits, step_of_text, step_or_any, text_of_step
from analytics.reports.units import units

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
    partial: bool  # not over yet
    clipped: bool  # the period begins or ended within it

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
    ends = [*buckets.starts[1:], query.period.end]
    found = [
        Bucket(start, counts[place], buckets.is_partial(place, now), is_clipped(start, ends[place], interval, now))
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
    is dormant by the one after. Units are whole, also the one that the period begins in: a week is compared with the
    same days whatever the period."""
    everything = replace(query, period=Period("", BEGINNING, query.period.end), compare=None)
    active = units([unit_before(starts[0], interval), unit_start(starts[0], interval), *starts[1:]], bound)
    clipped = is_within(starts[0], interval)
    inside = f", {_inside(starts, bound)} AS inside" if clipped else ""
    people = (
        f"SELECT {PERSON} AS person, {active} AS active{inside} FROM events"
        f" WHERE {where(everything, 'events', bound)} AND {fits(asked.active, everything, bound)} GROUP BY {PERSON}"
    )
    before, after = (f"arrayShift{side}(active, 1, toInt32(-1))" for side in ("Right", "Left"))
    here = f"{len(STATES)} * a + multiIf(p < 0, 0, p = a - 1, 1, 2)"
    gone = f"arrayFilter((a, n) -> n != a + 1, active, {after})"
    states = (
        f"arrayConcat(arrayMap((a, p) -> {here}, active, {before}), arrayMap(a -> {len(STATES)} * (a + 1) + 3, {gone}))"
    )
    found = f"SELECT person, arrayJoin({states}) AS s{', inside' if clipped else ''} FROM ({people})"
    return _of_the_period(found, bound) if clipped else found


def _inside(starts: list[datetime], bound: Parameters) -> str:
    """Whether somebody was active in the part of the first unit that the period has; the last may be the same."""
    first, *later = (bound.bind(int(each.timestamp()), "Int64") for each in starts[:2])
    until = "".join(f" AND toUnixTimestamp(ts) < {each}" for each in later)
    return f"countIf(toUnixTimestamp(ts) >= {first}{until}) > 0"


def _of_the_period(states: str, bound: Parameters) -> str:
    """Of those active in the first unit, whoever was so in the period's days; who stayed away did so all the while."""
    first, dormant = (bound.bind(_state(0, each), "Int32") for each in ("new", "dormant"))
    return f"SELECT person, s FROM ({states}) WHERE inside OR s < {first} OR s >= {dormant}"
