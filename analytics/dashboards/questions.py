"""What widgets ask that is no report of its own: the groups of a dimension, and a week hour by hour.

?by=page&m=visitors&m=pageviews&top=10&where=is,country,DE
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.http import QueryDict

from analytics.query import plan
from analytics.query.condition_text import from_text, to_text
from analytics.query.model import Condition, Period, Query, QueryError
from analytics.query.saved import Saved
from analytics.query.words import known, known_dimension, known_metric
from analytics.reports.revenue import BY

MOST_ROWS, MOST_METRICS = 100, 6
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Groups:
    by: str
    metrics: tuple[str, ...]
    top: int
    conditions: tuple[Condition, ...] = ()

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = [("by", self.by), *(("m", name) for name in self.metrics), ("top", str(self.top))]
        return pairs + [("where", to_text(each)) for each in self.conditions]


@dataclass(frozen=True)
class Measure:
    """One metric: for each country of the map, or for each hour of the week."""

    metric: str
    conditions: tuple[Condition, ...] = ()

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [("m", self.metric), *(("where", to_text(each)) for each in self.conditions)]


@dataclass(frozen=True)
class Money:
    """Revenue, by what brought it in."""

    by: str = "event"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [("by", self.by)] if self.by != "event" else []


@dataclass(frozen=True)
class Nothing:
    """Of widgets that ask nothing."""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return []


def groups(params: QueryDict, saved: Saved) -> Groups:
    by, metrics = known_dimension(params.get("by") or "page", "by"), _metrics(params)
    found = Groups(by, metrics, _top(params.get("top") or "10"), _conditions(params, saved))
    plan.parts(_query(metrics, (by,)))  # what cannot be told together is refused before it is saved
    return found


def countries(params: QueryDict, saved: Saved) -> Measure:
    metric = _metrics(params)[0]
    plan.parts(_query((metric,), ("country",)))
    return Measure(metric, _conditions(params, saved))


def hours(params: QueryDict, saved: Saved) -> Measure:
    metric = _metrics(params)[0]
    plan.parts(replace(_query((metric,), ()), interval="hour"))
    return Measure(metric, _conditions(params, saved))


def money(params: QueryDict, saved: Saved) -> Money:
    return Money(known("breakdown", params.get("by") or "event", BY, "question"))


def nothing(params: QueryDict, saved: Saved) -> Nothing:
    return Nothing()


def _metrics(params: QueryDict) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(known_metric(word) for word in params.getlist("m") if word)) or ("visitors",)
    if len(found) > MOST_METRICS:
        raise QueryError(f"A table has at most {MOST_METRICS} metrics.", "question")
    return found


def _conditions(params: QueryDict, saved: Saved) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys(from_text(text, saved) for text in params.getlist("where") if text))


def _top(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MOST_ROWS):
        raise QueryError(f"top is a whole number from 1 to {MOST_ROWS}.", "question")
    return int(text)


def _query(metrics: tuple[str, ...], dimensions: tuple[str, ...]) -> Query:
    """Of no dataset: to hear whether the engine knows a way."""
    return Query(0, "UTC", Period("", BEGINNING, BEGINNING), metrics, dimensions)
