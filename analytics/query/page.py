"""What a page shows, all of it in its URL: period, comparison, filters, interval, metric, environment.

    ?period=28d&f=is,page,/docs|/blog&compare=year&interval=day&metric=visits&env=test&bots=1
    ?period=custom&from=2026-01-01&to=2026-01-31

Defaults are left out, so every state has exactly one URL. In a new workspace no period is a default: see is_new.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Literal
from urllib.parse import urlencode

from analytics.query import periods
from analytics.query.comparison import Compare, Match
from analytics.query.condition_text import to_text
from analytics.query.model import Condition, Filter, Interval, Operator, Period, Query
from workspaces.models import Environment

DEFAULTS = {
    "period": periods.DEFAULT_PERIOD,
    "compare": "previous",
    "match": "weekday",
    "metric": "visitors",
    "env": "live",
}

WITHOUT_PERIOD = {name: value for name, value in DEFAULTS.items() if name != "period"}
ANOTHER = Filter("page", "is", ("\0",))  # no page is called so


@dataclass(frozen=True)
class PageQuery:
    dataset_id: int
    zone: str
    now: datetime
    period: Period
    compare: Period | None
    compare_mode: Compare = "previous"
    match: Match = "weekday"
    filters: tuple[Condition, ...] = ()
    interval: Interval = "day"
    metric: str = "visitors"
    environment: Environment = "live"
    bots: bool = False
    profile: str = ""  # visits as another tool cuts them
    is_new: bool = False  # pages of the workspace open on another period than DEFAULTS: links name the one they mean

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """Those that make sense for the period, the default one first."""
        return periods.intervals(self.period)

    @property
    def usual(self) -> dict[str, str]:
        """What URLs leave out."""
        return WITHOUT_PERIOD if self.is_new else DEFAULTS

    @cached_property  # a page makes some 200 links of it
    def parameters(self) -> list[tuple[str, str]]:
        """The state, canonical and without defaults."""
        pairs = [("period", self.period.key)]
        if self.period.key == "custom":
            pairs += _dates("from", "to", self.period)
        pairs += [("f", to_text(each)) for each in self.filters]
        pairs += [("compare", self.compare_mode), ("match", self.match)]
        if self.compare_mode == "custom" and self.compare:
            pairs += _dates("compare_from", "compare_to", self.compare)
        if self.interval != self.intervals[0]:
            pairs.append(("interval", self.interval))
        pairs += [("metric", self.metric), ("env", self.environment), ("bots", "1" if self.bots else "")]
        pairs.append(("profile", self.profile))
        return [(name, value) for name, value in pairs if value and self.usual.get(name) != value]

    def url(self, **changes: Any) -> str:
        """`?…` of this state with some parameters changed: url(period="7d"), url(metric="visits", format="csv").

        None takes a parameter away. Another period drops the dates and the interval, which belong to the old one.
        """
        dropped = set(changes) | ({"from", "to", "interval"} if "period" in changes else set())
        kept = [text for name, text in self._written if name not in dropped]
        new = [(name, str(value)) for name, value in changes.items() if value is not None]
        return "?" + "&".join(kept + [_quoted(*pair) for pair in new if self.usual.get(pair[0]) != pair[1]])

    @cached_property
    def _written(self) -> list[tuple[str, str]]:
        """Each parameter's name, and how it stands in a URL."""
        return [(name, _quoted(name, value)) for name, value in self.parameters if self.usual.get(name) != value]

    def with_filter(self, dimension: str, *values: str, operator: Operator = "is") -> "PageQuery":
        """The same page, narrowed. A filter that is there already is not added twice."""
        return self.with_condition(Filter(dimension, operator, values))

    def with_condition(self, added: Condition) -> "PageQuery":
        return self if added in self.filters else replace(self, filters=(*self.filters, added))

    def narrowed_url(self, added: Condition) -> str:
        """The URL of `with_condition(added)`: a page has one for each of its rows, and they differ in this alone."""
        if added in self.filters:
            return self.url()
        before, after = self._around_another
        return before + _quoted("f", to_text(added)) + after

    @cached_property
    def _around_another(self) -> tuple[str, str]:
        """What stands before and behind one more condition in the URL."""
        before, _, after = self.with_condition(ANOTHER).url().partition(_quoted("f", to_text(ANOTHER)))
        return before, after

    def without_filter(self, index: int) -> "PageQuery":
        return replace(self, filters=self.filters[:index] + self.filters[index + 1 :])

    def without_filters(self) -> "PageQuery":
        return replace(self, filters=())

    def previous_url(self) -> str | None:
        """The period before; None where there is none, as for all time."""
        return self._step_url(-1)

    def next_url(self) -> str | None:
        """The period after, unless it lies in the future."""
        return self._step_url(+1)

    def _step_url(self, direction: Literal[-1, 1]) -> str | None:
        moved = periods.step(self.period, direction)
        if moved is None or moved.start > self.now:
            return None
        return self.url(period="custom", **dict(_dates("from", "to", moved)))

    def query(
        self,
        *metrics: str,
        dimensions: tuple[str, ...] = (),
        filters: tuple[Condition, ...] = (),
        interval: Interval | None = None,
        **others: Any,
    ) -> Query:
        """A question about this page: its period, comparison and filters with these metrics and dimensions.

        `filters` come on top of the page's own; `others` are limit, offset, order_by, totals, compare of Query.
        """
        return Query(
            dataset_id=self.dataset_id,
            zone=self.zone,
            period=self.period,
            metrics=metrics,
            dimensions=dimensions,
            filters=self.filters + filters,
            interval=interval,
            bots=self.bots,
            profile=self.profile,
            **({"compare": self.compare} | others),
        )


@lru_cache(maxsize=10_000)  # the same few stand in every link of every page, and quoting is what a link costs
def _quoted(name: str, value: str) -> str:
    return urlencode([(name, value)], safe="/,:")


def _dates(first: str, last: str, period: Period) -> list[tuple[str, str]]:
    """Its first and last day, both inclusive, as people write dates."""
    last_day = (period.end - timedelta(microseconds=1)).date()
    return [(first, period.start.date().isoformat()), (last, last_day.isoformat())]
