"""The number a rule looks at, at a moment: its question over the window that ends there, and what it is judged by.

above, below, equals, absence    the number itself
change                           percent against an earlier window
anomaly                          deviations from what is usual at this time
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache

from analytics import formulas
from analytics.alerts import anomaly, question
from analytics.models import AlertRule
from analytics.query import run_many
from analytics.query.extent import first_moment
from analytics.query.lookup import SavedOf
from analytics.query.model import Period, Query
from analytics.reports.trends import LETTERS, Custom, Series, Trend
from analytics.reports.trends.answer import parts

BACK = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
SILENCE_COUNTS = ("below", "absence", "anomaly")  # what they wait for is little, or less than usual
USUAL_FOR = timedelta(minutes=10)  # what is usual moves slowly: it is worked out once in this time


@dataclass(frozen=True)
class Reading:
    """`judged` is compared with the threshold; None when there is nothing to compare, and `why` says so."""

    value: float | None
    judged: float | None
    base: float | None = None  # what it is compared with: the earlier window, or what is usual
    why: str = ""


@dataclass(frozen=True)
class Gauge:
    """A rule, ready to be read. QueryError when what it names is gone."""

    rule: AlertRule
    now: datetime

    @cached_property
    def asked(self) -> Trend:
        return question.read(self.rule.query, SavedOf(self.rule.workspace, self.now))

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.rule.window_minutes)

    @property
    def dataset_id(self) -> int:
        return self.rule.workspace.dataset_id(self.rule.environment)  # type: ignore[arg-type]

    def read(self, moment: datetime) -> Reading:
        """QueryError, and the errors of the store."""
        return self.readings([moment])[0]

    def readings(self, moments: list[datetime]) -> list[Reading]:
        """At each of them, asked together."""
        values = self.values(moments)
        if self.rule.condition == AlertRule.Condition.CHANGE:
            bases = self.values([self._earlier_window(moment) for moment in moments])
            return [self._change(*pair) for pair in zip(values, bases, strict=True)]
        zeros = [moment for moment, value in zip(moments, values, strict=True) if value == 0]
        silent = self._silent(zeros) if self.rule.condition not in SILENCE_COUNTS else set()
        return [self._judged(value, moment, silent) for value, moment in zip(values, moments, strict=True)]

    def _judged(self, value: float | None, moment: datetime, silent: set[datetime]) -> Reading:
        if self.rule.condition == AlertRule.Condition.ABSENCE:
            return Reading(value or 0, value or 0)
        if value is None:
            return Reading(None, None, why="There is nothing to calculate it from in this window.")
        if self.rule.condition == AlertRule.Condition.ANOMALY:
            return self._against_usual(value, moment)
        if moment in silent:
            return Reading(None, None, why="Nothing at all was recorded in this window.")
        return Reading(value, value)

    def values(self, moments: list[datetime]) -> list[float | None]:
        """The number over the window that ends at each, all asked at once."""
        series = [each for measure in self.asked.series for each in parts(measure)]
        queries = [self.query(each, moment) for moment in moments for each in series]
        found = [result.totals[result.query.metrics[0]] for result in run_many(queries, self.now)]
        return [self._combined(found[n : n + len(series)]) for n in range(0, len(found), len(series))]

    def _earlier_window(self, moment: datetime) -> datetime:
        """Where it ends."""
        back = BACK.get(self.rule.against)
        return self._same_time(moment, back) if back else moment - self.window

    def _same_time(self, moment: datetime, back: timedelta) -> datetime:
        """Days or weeks earlier, when the clocks of the workspace showed what they show at `moment`: people keep their
        hours when the clocks change."""
        here = moment.astimezone(ZoneInfo(self.rule.workspace.timezone))
        return (here - back).astimezone(UTC)

    def _change(self, value: float | None, base: float | None) -> Reading:
        if value is None or base is None:
            return Reading(value, None, base, "One of the two windows has nothing to calculate it from.")
        if base == 0:
            why = "" if value == 0 else "The earlier window is zero: from nothing there is no change in percent."
            return Reading(value, None if value else 0.0, base, why)
        return Reading(value, (value - base) / abs(base) * 100, base)

    def _against_usual(self, value: float, moment: datetime) -> Reading:
        usual = self._usual(moment)
        if usual is None:
            why = f"Nothing is usual yet: that takes {anomaly.ENOUGH} days with data."
            return Reading(value, None, why=why)
        return Reading(value, usual.deviation(value), usual.middle)

    def _usual(self, moment: datetime) -> anomaly.Usual | None:
        step = int(USUAL_FOR.total_seconds())
        at = datetime.fromtimestamp(moment.timestamp() // step * step, moment.tzinfo)
        key = f"usual:{self._fingerprint}:{int(at.timestamp())}"
        kept = cache.get(key)
        if kept is None:
            kept = self._earlier(at)
            cache.set(key, kept, step * 2)
        return anomaly.usual(kept[: len(anomaly.WEEKS)], kept[len(anomaly.WEEKS) :])

    def _earlier(self, moment: datetime) -> list[float | None]:
        """The values of the weeks and days before; None where the window reaches before the first event."""
        first = first_moment(self.dataset_id)
        moments = [self._same_time(moment, back) for back in (*anomaly.WEEKS, *anomaly.DAYS)]
        known = [each for each in moments if first is not None and first <= each - self.window]
        found = dict(zip(known, self.values(known), strict=True)) if known else {}
        return [found.get(each) for each in moments]

    @property
    def _fingerprint(self) -> str:
        asked = json.dumps([self.dataset_id, question.stored(self.asked), self.rule.window_minutes], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()[:32]

    def _silent(self, moments: list[datetime]) -> set[datetime]:
        """Where a rule waits for too much, a zero says nothing as long as no event of any kind arrives."""
        results = run_many([self.query(Series("events"), moment) for moment in moments], self.now) if moments else []
        return {moment for moment, found in zip(moments, results, strict=True) if not found.totals["events"]}

    def query(self, series: Series, moment: datetime, dimensions: tuple[str, ...] = (), limit: int = 10) -> Query:
        """About the window that ends at `moment`."""
        zone = ZoneInfo(self.rule.workspace.timezone)
        period = Period("custom", (moment - self.window).astimezone(zone), moment.astimezone(zone))
        return Query(self.dataset_id, zone.key, period, (series.metric,), dimensions, series.conditions, limit=limit)

    def _combined(self, found: list[float | None]) -> float | None:
        """The series' own numbers, the formulas of saved metrics, then the rule's formula."""
        left, values = list(found), []
        for measure in self.asked.series:
            own = [left.pop(0) for _ in parts(measure)]
            values.append(_of_saved(measure, own) if isinstance(measure, Custom) else own[0])
        return formulas.value(self.asked.formula, _named(values)) if self.asked.formula else values[0]


def _of_saved(measure: Custom, values: list[float | None]) -> float | None:
    assert measure.formula is not None
    return formulas.value(measure.formula, _named(values))


def _named(values: list[float | None]) -> dict[str, Any]:
    return dict(zip(LETTERS, values, strict=False))
