"""A funnel's numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.query.gaps import edges
from analytics.query.model import Interval, Query
from analytics.query.reporting import report
from analytics.reports.funnel.model import GROUPS, Funnel
from analytics.reports.funnel.statement import EVERYBODY, counts


@dataclass(frozen=True)
class Step:
    reached: int
    median_seconds: float | None = None  # from the first step
    mean_seconds: float | None = None


@dataclass(frozen=True)
class Group:
    """The funnel of everybody, or of those with one value of the breakdown."""

    value: str
    steps: list[Step]
    is_other: bool = False

    @property
    def conversion_rate(self) -> float | None:
        """From the first step to the last, 0–100."""
        return percent(self.steps[-1].reached, self.steps[0].reached)


@dataclass(frozen=True)
class Point:
    """Who entered in a bucket, and how many of them took the last step."""

    start: datetime
    entered: int
    converted: int


@dataclass(frozen=True)
class Answer:
    everybody: Group
    groups: list[Group]
    histogram: list[int]  # how many took the last step within each of model.DURATIONS, and after the longest
    trend: list[Point]
    open: bool  # the window of the last who entered is not over: they may still convert
    as_of: datetime
    rows_read: int = field(default=0, compare=False)


def answer(asked: Funnel, query: Query, interval: Interval | None, now: datetime) -> Answer:
    """Raises QueryError for a period with too many buckets; the errors of the store."""
    reported = report(query.dataset_id, [counts(asked, query, interval)], now)
    rows = reported.rows[0].rows
    count = len(asked.steps)
    everybody = next((row for row in rows if row[0] == EVERYBODY), None)
    last_second = query.period.end.timestamp() + asked.window_ms / 1000
    return Answer(
        everybody=_group(everybody, count) if everybody else Group("", [Step(0)] * count),
        groups=_largest([_group(row, count) for row in rows if row[0] > EVERYBODY]),
        histogram=_bars(everybody[-1]) if everybody else [],
        trend=_trend({EVERYBODY - 1 - row[0]: row for row in rows if row[0] < EVERYBODY}, query, interval, count),
        open=last_second > now.timestamp(),
        as_of=reported.as_of,
        rows_read=reported.rows[0].rows_read,
    )


def percent(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def _group(row: Sequence[Any], count: int) -> Group:
    times = [None if math.isnan(each) else each / 1000 for each in row[2 + count : 2 + count + 2 * (count - 1)]]
    steps = [Step(row[2])]
    steps += [Step(row[2 + n], times[2 * n - 2], times[2 * n - 1]) for n in range(1, count)]
    return Group(row[1], steps)


def _bars(lasting: Sequence[int]) -> list[int]:
    """From how many took at least so long: how many took so long and no longer."""
    return [here - beyond for here, beyond in zip(lasting, [*lasting[1:], 0], strict=True)]


def _largest(groups: list[Group]) -> list[Group]:
    """By how many entered; those beyond GROUPS together. Of people of several groups there is no median."""
    ordered = sorted(groups, key=lambda group: (-group.steps[0].reached, group.value))
    rest = ordered[GROUPS:]
    if not rest:
        return ordered
    sums = [Step(sum(column)) for column in zip(*([step.reached for step in each.steps] for each in rest), strict=True)]
    return [*ordered[:GROUPS], Group("", sums, is_other=True)]


def _trend(rows: dict[int, Any], query: Query, interval: Interval | None, count: int) -> list[Point]:
    if not interval:
        return []
    zone = ZoneInfo(query.zone)
    found = []
    for edge in edges(query.period, interval):
        row = rows.get(int(edge.timestamp()))
        found.append(Point(edge.astimezone(zone), row[2] if row else 0, row[1 + count] if row else 0))
    return found
