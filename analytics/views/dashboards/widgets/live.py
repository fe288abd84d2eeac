"""Who is here now: the last five minutes as a figure, the last thirty minute by minute."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from analytics.dashboards.questions import Nothing
from analytics.query import periods, run_many
from analytics.query.model import Period, Result, Row
from analytics.reports.realtime import WINDOW
from analytics.views import spans
from analytics.views.dashboards.page import DashboardPage
from analytics.views.reports import tables
from analytics.views.reports.tables import Cell, Column, Table

PAGES = 5


def here(page: DashboardPage, asked: Nothing) -> dict[str, Any]:
    """The figure obeys the filters of the page, so it is no other workspace-wide number."""
    minutes, pages, few = _asked(page)
    return {
        "now": f"{few.totals['visitors'] or 0:,.0f}",
        "data": _data(minutes),
        "pages": _pages(pages.rows),
        "is_quiet": not any(row.values["visitors"] for row in minutes.rows),
    }


def here_table(page: DashboardPage, asked: Nothing) -> Iterable[Iterable[object]]:
    yield ["minute", "visitors"]
    for row in _asked(page)[0].rows:
        yield [row.keys[0], row.values["visitors"]]


def _asked(page: DashboardPage) -> list[Result]:
    half_an_hour = replace(page, period=periods.preset("realtime", page.now, page.zone), compare=None)
    last = half_an_hour.period.end
    minutes = replace(half_an_hour, period=Period("", last - WINDOW, last))
    return run_many(
        [
            half_an_hour.query("visitors", interval="minute", totals=False),
            half_an_hour.query("visitors", dimensions=("page",), limit=PAGES, totals=False),
            minutes.query("visitors"),
        ],
        page.now,
    )


def _data(minutes: Result) -> dict[str, Any]:
    starts = [datetime.fromisoformat(row.keys[0]) for row in minutes.rows]
    values = [row.values["visitors"] for row in minutes.rows]
    return {
        "unit": "count",
        "kind": "bar",
        "labels": [f"{start:%H:%M}" for start in starts],
        "titles": [spans.long(start, "minute") for start in starts],
        "partial": len(starts) - 1,
        "lines": [{"label": "Visitors", "colour": "1", "values": values, "before": None}],
    }


def _pages(rows: list[Row]) -> Table:
    cells = [[Cell(row.keys[0], row.keys[0], row.keys[0]), tables.count(row.values["visitors"])] for row in rows]
    return Table(
        "Pages now", [Column("Page"), Column("Visitors", True)], cells, "Quiet for half an hour.", icon="clock"
    )
