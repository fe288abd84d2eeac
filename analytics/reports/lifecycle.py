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
from analytics.query.gaps import edges, is_partial
from analytics.query.model import Interval, Period, Query
from analytics.query.periods import month_start
from analytics.query.reporting import report
from analytics.query.saved import Saved
from analytics.query.scope import where
from analytics.reports.steps import ANYTHING, Step, fits, step_of_json, step_of_text, text_of_step
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
    return Lifecycle(step_of_json(data["active"], saved, "active") if data.get("active") else ANYTHING)


def answer(asked: Lifecycle, query: Query, interval: Interval, now: datetime) -> Answer:
    """Raises QueryError for too many buckets; the errors of the store."""
    starts = edges(query.period, interval)
    reported = report(query.dataset_id, [statement(asked, query, interval, starts)], now)
    counts: defaultdict[int, dict[State, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    for place, state, people in reported.rows[0].rows:
        counts[place][STATES[state]] = people
    found = [
        Bucket(start, counts[place], is_partial(starts, place, query.period, now))
        for place, start in enumerate(starts)
        if start.timestamp() <= now.timestamp()
    ]
    return Answer(found, reported.as_of)


def statement(asked: Lifecycle, query: Query, interval: Interval, starts: list[datetime]) -> tuple[str, Parameters]:
    """Columns: bucket (from 0), state, people."""
    bound = Parameters()
    states = _states(asked, query, interval, starts, bound)
    last = bound.bind(len(starts), "Int32")
    return f"SELECT s.1 - 1, s.2, count() FROM ({states}) WHERE s.1 <= {last} GROUP BY s", bound


def people_in(
    asked: Lifecycle, query: Query, interval: Interval, place: int, state: State, starts: list[datetime]
) -> tuple[str, Parameters]:
    """Who was in the state in the bucket (from 0)."""
    bound = Parameters()
    states = _states(asked, query, interval, starts, bound)
    here = f"({bound.bind(place + 1, 'Int32')}, {bound.bind(STATES.index(state), 'UInt8')})"
    return f"SELECT person FROM ({states}) WHERE (s.1, s.2) = {here}", bound


def _states(asked: Lifecycle, query: Query, interval: Interval, starts: list[datetime], bound: Parameters) -> str:
    """A row for each person and each bucket (from 1) that they were in some state in, as s. One row a person first: the
    buckets they were active in, and their first event ever."""
    everything = replace(query, period=Period("", BEGINNING, query.period.end), compare=None)
    # Bucket 0 is the one before the period: who was active in it and not in the next is dormant there.
    seconds = [0, *(int(each.timestamp()) for each in [_before(starts[0], interval), *starts])]
    bounds = bound.bind(seconds, "Array(UInt32)")
    places = bound.bind(list(range(-1, len(seconds) - 1)), "Array(Int32)")
    place = f"transform(roundDown(toUnixTimestamp(ts), {bounds}), {bounds}, {places}, toInt32(-1))"
    people = (
        f"SELECT {PERSON} AS person, groupUniqArray({place}) AS active, min({place}) AS first FROM events"
        f" WHERE {where(everything, 'events', bound)} AND {fits(asked.active, everything, bound)} GROUP BY {PERSON}"
    )
    here = "multiIf(first = a, 0, has(active, a - 1), 1, 2)"
    states = (
        f"arrayConcat(arrayMap(a -> (a, {here}), arrayFilter(a -> a > 0, active)),"
        " arrayMap(a -> (a + 1, 3), arrayFilter(a -> a >= 0 AND NOT has(active, a + 1), active)))"
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
