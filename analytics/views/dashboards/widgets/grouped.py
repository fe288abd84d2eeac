"""Groups of a dimension as bars or a table, countries on a map, and a week hour by hour."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from analytics.dashboards.questions import Groups, Measure
from analytics.query import run
from analytics.query.catalogue import METRICS, dimension
from analytics.query.model import Period, Query
from analytics.views import figures
from analytics.views import rows as overview_rows
from analytics.views.dashboards.page import DashboardPage
from analytics.views.dashboards.widgets import missing
from analytics.views.panels import Tab
from analytics.views.reports import tables
from analytics.views.reports.tables import Cell, Column, Table
from analytics.views.said import shown_value

COUNTRIES, LISTED = 250, 6
HEAT = 10  # shades of a cell
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_HOURS_DAYS = 91  # longer periods show their last weeks: older hours say little of a usual week
Slot = tuple[int, int]  # weekday, hour


def bars(page: DashboardPage, asked: Groups) -> dict[str, Any]:
    """A dimension without a total of its own has no shares: visitors of two pages count in both."""
    return {"table": overview_rows.table(page, _tab(asked), run(_query(page, asked), page.now).rows, None, "")}


def rows(page: DashboardPage, asked: Groups) -> dict[str, Any]:
    columns = [Column(dimension(asked.by).label)]
    columns += [Column(METRICS[name].label, True, METRICS[name].description) for name in asked.metrics]
    found = [
        [_first(page, asked.by, row.keys[0])]
        + [Cell(figures.exact_text(name, row.values[name]), row.values[name]) for name in asked.metrics]
        for row in run(_query(page, asked), page.now).rows
    ]
    return {"table": Table(dimension(asked.by).label, columns, found, missing.said(asked.conditions, asked.by))}


def table(page: DashboardPage, asked: Groups) -> Iterable[Iterable[object]]:
    yield [asked.by, *asked.metrics]
    for row in run(_query(page, asked), page.now).rows:
        yield [row.keys[0], *(row.values[name] for name in asked.metrics)]


def world(page: DashboardPage, asked: Measure) -> dict[str, Any]:
    result = run(_countries(page, asked), page.now)
    listed = overview_rows.table(page, _tab(_by_country(asked)), result.rows[:LISTED], None, "")
    return {"places": overview_rows.places(page, result, asked.metric), "table": listed}


def world_table(page: DashboardPage, asked: Measure) -> Iterable[Iterable[object]]:
    return table(page, _by_country(asked))


def week(page: DashboardPage, asked: Measure) -> dict[str, Any]:
    means = _means(page, asked)
    most = max((value for value in means.values() if value), default=0)
    return {
        "label": METRICS[asked.metric].label,
        "hours": range(24),
        "days": [(DAYS[day], [_shade(means.get((day, hour)), most, asked.metric, day, hour) for hour in range(24)])
                 for day in range(7)],
        "is_empty": not most,
    }  # fmt: skip


def week_table(page: DashboardPage, asked: Measure) -> Iterable[Iterable[object]]:
    yield ["weekday", "hour", asked.metric]
    for (day, hour), value in sorted(_means(page, asked).items()):
        yield [DAYS[day], hour, value]


def _means(page: DashboardPage, asked: Measure) -> dict[Slot, float]:
    """Over the hours that have begun; a rate of nothing counts nowhere."""
    question = page.query(asked.metric, interval="hour", filters=asked.conditions, compare=None, totals=False)
    start = max(page.period.start, page.period.end - timedelta(MOST_HOURS_DAYS))
    question = replace(question, period=Period("", start, page.period.end))
    found: dict[Slot, list[float]] = defaultdict(list)
    for row in run(question, page.now).rows:
        at, value = datetime.fromisoformat(row.keys[0]), row.values[asked.metric]
        if value is not None and at <= page.now:
            found[at.weekday(), at.hour].append(value)
    return {slot: sum(values) / len(values) for slot, values in found.items()}


def _shade(value: float | None, most: float, metric: str, day: int, hour: int) -> tuple[int, str]:
    """(0 … HEAT, what a pointer reads)"""
    said = "nothing" if value is None else figures.text(metric, round(value, 1))
    return (round(HEAT * value / most) if value and most else 0, f"{DAYS[day]} {hour}:00: {said} on average")


def _first(page: DashboardPage, by: str, key: str) -> Cell:
    href = overview_rows.filtered(page, by, key)
    if by == "country":
        return tables.country(key, href)
    return Cell(shown_value(by, key), key, shown_value(by, key), href)


def _query(page: DashboardPage, asked: Groups) -> Query:
    return page.query(
        *asked.metrics,
        dimensions=(asked.by,),
        filters=asked.conditions,
        limit=asked.top,
        compare=None,
        totals=False,
    )


def _countries(page: DashboardPage, asked: Measure) -> Query:
    return _query(page, _by_country(asked))


def _by_country(asked: Measure) -> Groups:
    return Groups("country", (asked.metric,), COUNTRIES, asked.conditions)


def _tab(asked: Groups) -> Tab:
    return Tab("", dimension(asked.by).label, asked.by, asked.metrics, None, missing.said(asked.conditions, asked.by))
