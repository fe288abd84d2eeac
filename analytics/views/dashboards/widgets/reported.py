"""A report as a widget: its table, and the chart that the table makes."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from analytics.dashboards.reported import Shown
from analytics.exports import papers
from analytics.exports.pages import Chart, Grid
from analytics.query.model import QueryError
from analytics.views.dashboards.page import DashboardPage
from analytics.views.reports.tables import Cell, Column, Table

ROWS = 50  # on the page; of single people also everywhere else, as more is an export
MEMBERS_ALONE = "Single people, visits and events are shown to members alone."
NOT_NARROWED = "These numbers are of the whole workspace, which this view does not show."
NOTHING = "Nothing of this in the period. Choose a longer one, or change the widget."


def shown(kind: Shown, page: DashboardPage, asked: Any) -> dict[str, Any]:
    (section,) = papers.of_table(kind.report.title, shortened(kind, _rows(kind, page, asked, ROWS + 1)), most=ROWS)
    chart = section.chart if section.chart and section.chart.kind == "line" else None
    return {"data": _plot(chart) if chart else None, "table": _table(kind, section.table)}


def table(kind: Shown, page: DashboardPage, asked: Any) -> Iterable[Iterable[object]]:
    return _rows(kind, page, asked, ROWS if kind.is_personal else page.most_rows)


def _rows(kind: Shown, page: DashboardPage, asked: Any, most: int) -> Iterable[Iterable[object]]:
    if kind.is_personal and page.is_outside:
        raise QueryError(MEMBERS_ALONE)
    if page.is_closed and not kind.is_narrowed:
        raise QueryError(NOT_NARROWED)
    return kind.report.table(replace(page, most_rows=most), asked)


def shortened(kind: Shown, rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """The columns that people read."""
    whole = [list(row) for row in rows]
    places = [whole[0].index(name) for name in kind.columns] or range(len(whole[0]))
    return [[row[place] for place in places] for row in whole]


def _table(kind: Shown, grid: Grid | None) -> Table:
    if grid is None:
        return Table(kind.report.title, [], [], NOTHING, icon=kind.icon)
    columns = [Column(label, is_number) for label, is_number in zip(grid.columns, grid.numbers, strict=True)]
    rows = [[Cell(text, title=text) for text in row] for row in grid.rows]
    return Table(kind.report.title, columns, rows, NOTHING, note=f"The first {len(rows)}." if grid.note else "")


def _plot(chart: Chart) -> dict[str, Any]:
    return {
        "unit": chart.unit,
        "kind": "line",
        "labels": list(chart.labels),
        "titles": list(chart.labels),
        "partial": None,
        "lines": [
            {"label": line.label, "colour": str(number % 8 + 1), "values": list(line.values), "before": None}
            for number, line in enumerate(chart.lines)
        ],
    }
