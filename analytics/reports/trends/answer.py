"""A trend's numbers: all series in one call of the engine, then formula and smoothing, bucket by bucket."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from analytics import formulas
from analytics.query import run, run_many
from analytics.query.catalogue import METRICS
from analytics.query.gaps import axis, edges
from analytics.query.model import Query, QueryError, Result, Row
from analytics.query.page import PageQuery
from analytics.query.plan import tells_converted
from analytics.reports.trends.model import LETTERS, Custom, Series, Trend
from analytics.reports.trends.smoothing import smoothed
from analytics.reports.trends.totals import adds_up, summed

WHOSE = (
    "conversion_rate needs what those who converted did; without, everybody did. Give the series a filter on event, "
    'goal, type or a property, such as "filters": [["is", "event", ["signup"]]].'
)
WHOSE_ON_PAGES = (
    "Conversion rate is the share of visitors who did something. Choose an event in place of any event, or a "
    "condition on a goal or a property."
)
Values = list[float | None]
Group = tuple[str, bool]  # value of the dimension, and whether it stands for all others


@dataclass(frozen=True)
class Line:
    """One line of the chart. `total` is the period's: visitors of a week are no sum of days."""

    letter: str  # empty: the formula
    group: str
    is_other: bool
    values: Values
    before: Values | None
    total: float | None
    total_before: float | None


@dataclass(frozen=True)
class Answer:
    starts: list[datetime]
    partial: int | None  # place of the bucket that is not over yet
    lines: list[Line]
    results: list[Result]  # of the engine: for the receipt, and how exact they are


def answer(page: PageQuery, asked: Trend, now: datetime) -> Answer:
    """QueryError for a series that cannot be told; the errors of the store."""
    for measure in asked.series:
        _check_rate(page, measure, asked)
    groups = _groups(page, asked, now)
    series = [query(page, each, asked, groups) for measure in asked.series for each in parts(measure)]
    totals = [replace(each, interval=None, totals=not asked.by) for each in series if not adds_up(each)]
    results = run_many([*series, *totals], now)
    over_time, others = results[: len(series)], iter(results[len(series) :])
    whole = [summed(found) if adds_up(each) else next(others) for each, found in zip(series, over_time, strict=True)]
    kinds = [(key, False) for key in (groups if asked.by else ("",))]
    if asked.by and any(row.is_other for each in over_time for row in each.rows):
        kinds.append(("", True))
    lines = [line for group in kinds for line in _lines(asked, group, over_time, whole)]
    buckets = axis(page.period, page.interval)
    places = range(len(buckets.starts))
    partial = next((n for n in places if buckets.is_partial(n, now) and not buckets.is_ahead(n, now)), None)
    return Answer(list(buckets.starts), partial, [_smooth(each, asked) for each in lines], results)


def _check_rate(page: PageQuery, measure: Series | Custom, asked: Trend) -> None:
    for each in parts(measure):
        check_rate(query(page, each, asked, ()))


def check_rate(asked: Query) -> None:
    """QueryError for the conversion rate of whatever was done: that is 100 %."""
    if "conversion_rate" in asked.metrics and not tells_converted(asked):
        raise QueryError(WHOSE, "series", on_pages=WHOSE_ON_PAGES)


def parts(measure: Series | Custom) -> tuple[Series, ...]:
    return measure.series if isinstance(measure, Custom) else (measure,)


def query(page: PageQuery, series: Series, asked: Trend, groups: tuple[str, ...]) -> Query:
    dimensions = (asked.by,) if asked.by else ()
    more = {"groups": groups} if asked.by else {}
    return page.query(
        series.metric, interval=page.interval, filters=series.conditions, dimensions=dimensions, totals=False, **more
    )


def _groups(page: PageQuery, asked: Trend, now: datetime) -> tuple[str, ...]:
    """The largest groups of the first series: all series are told apart by the same ones."""
    if not asked.by:
        return ()
    first = parts(asked.series[0])[0]
    largest = page.query(
        first.metric, dimensions=(asked.by,), filters=first.conditions, limit=asked.top, compare=None, totals=False
    )
    return tuple(row.keys[0] for row in run(largest, now).rows)


def _of_group(result: Result, group: Group) -> list[Row]:
    """All rows, where nothing is broken down. "" is a group like any other: what has no value."""
    if not result.query.dimensions:
        return result.rows
    key, is_other = group
    return [row for row in result.rows if row.is_other == is_other and (is_other or row.keys[-1] == key)]


def _lines(asked: Trend, group: Group, over_time: list[Result], whole: list[Result]) -> list[Line]:
    """Those of one group: each series, or the formula over them."""
    found: dict[str, Line] = {}
    place = 0
    for letter, measure in zip(LETTERS, asked.series, strict=False):
        own = [_line(letter, group, over_time[place + n], whole[place + n]) for n in range(len(parts(measure)))]
        place += len(own)
        found[letter] = own[0] if isinstance(measure, Series) else _combined(letter, measure.formula, own)
    if asked.formula is None:
        return list(found.values())
    return [_combined("", asked.formula, list(found.values()))]


def _line(letter: str, group: Group, over_time: Result, whole: Result) -> Line:
    metric, asked = over_time.query.metrics[0], over_time.query
    rows = _of_group(over_time, group)
    if not rows:  # nothing of this series is among the others
        nothing = [METRICS[metric].empty] * len(edges(asked.period, asked.interval))
        return Line(letter, *group, nothing, nothing if asked.compare else None, METRICS[metric].empty, None)
    before = [(row.before or {}).get(metric) for row in rows] if asked.compare else None
    now_, then = _total(whole, group, metric)
    return Line(letter, *group, [row.values[metric] for row in rows], before, now_, then)


def _total(whole: Result, group: Group, metric: str) -> tuple[float | None, float | None]:
    if not whole.query.dimensions:
        return whole.totals[metric], (whole.totals_before or {}).get(metric)
    row = next(iter(_of_group(whole, group)), None)
    return (row.values[metric], (row.before or {}).get(metric)) if row else (None, None)


def _combined(letter: str, formula: formulas.Formula | None, lines: list[Line]) -> Line:
    """The formula in each bucket, and over the whole period."""
    assert formula is not None
    names = LETTERS[: len(lines)]

    def each(values: Sequence[float | None]) -> float | None:
        return formulas.value(formula, dict(zip(names, values, strict=True)))

    first = lines[0]
    columns = zip(*(line.values for line in lines), strict=True)
    before = [line.before for line in lines if line.before is not None]
    return Line(
        letter,
        first.group,
        first.is_other,
        [each(values) for values in columns],
        [each(values) for values in zip(*before, strict=True)] if before else None,
        each([line.total for line in lines]),
        each([line.total_before for line in lines]),
    )


def _smooth(line: Line, asked: Trend) -> Line:
    return replace(
        line, values=smoothed(line.values, asked.smooth), before=line.before and smoothed(line.before, asked.smooth)
    )
