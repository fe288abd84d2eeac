"""The web reports: one page, a tab for each. Entry and exit pages come from the query engine, the others have SQL."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from analytics.query import run
from analytics.query.catalogue import METRICS
from analytics.query.page import PageQuery
from analytics.query.words import known
from analytics.reports.web import WebRow, web_report
from analytics.reports.web.model import VIEWS, View, rating
from analytics.reports.web.model import Column as WebColumn
from analytics.templatetags import numbers
from analytics.views import figures
from analytics.views.menus import Item
from analytics.views.reports import api_watches, tables
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Table
from workspaces.access import WorkspaceRequest

ROWS, CSV_ROWS = 50, 10_000
# (label, dimension, metrics, what it tells)
ENGINE = {
    "entry": ("Entry pages", "entry_page", ("visits", "visitors", "bounce_rate", "visit_duration", "views_per_visit"),
              "Where visits begin, and how those visits go on."),
    "exit": ("Exit pages", "exit_page", ("exits", "visitors", "visit_duration"), "Where visits end."),
}  # fmt: skip
TABS = {name: label for name, (label, *_) in ENGINE.items()} | {view.name: view.label for view in VIEWS.values()}


@dataclass(frozen=True)
class Question:
    tab: str = "entry"
    offset: int = 0

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = [("tab", self.tab), ("offset", str(self.offset))]
        return [pair for pair in pairs if pair not in (("tab", "entry"), ("offset", "0"))]


def read(params: QueryDict, page: PageQuery) -> Question:
    given = params.get("offset", "0")
    offset = int(given) if given.isdecimal() and len(given) < 7 else 0
    return Question(known("report", params.get("tab", "entry"), TABS, "tab"), offset)


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    tabs = [Item(label, page.asking(Question(name)).url(), name == question.tab) for name, label in TABS.items()]
    found, description, as_of = _table(page, question, ROWS)
    return {
        "tabs": tabs,
        "table": found,
        "description": description,
        "watches": api_watches.watches(page, request.workspace.slug) if question.tab in api_watches.REPORTS else [],
        "as_of": as_of.astimezone(page.period.start.tzinfo),
    }


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    return _table(page, replace(question, offset=0), CSV_ROWS)[0].csv()


def _table(page: ReportPage, question: Question, limit: int) -> tuple[Table, str, Any]:
    if question.tab in ENGINE:
        return _of_engine(page, question, limit)
    found, description, as_of = _of_view(page, question, limit)
    same = " How visits are cut makes no difference here." if page.profile else ""
    return found, description + same, as_of


def _of_engine(page: ReportPage, question: Question, limit: int) -> tuple[Table, str, Any]:
    label, dimension, metrics, description = ENGINE[question.tab]
    asked = page.query(
        *metrics, dimensions=(dimension,), compare=None, limit=limit, offset=question.offset, totals=False
    )
    result = run(asked, page.now)
    columns = [Column("Page"), *(Column(METRICS[name].label, True, METRICS[name].description) for name in metrics)]
    rows = [
        [tables.text(row.keys[0], _narrowed(page, dimension, row.keys[0]))]
        + [Cell(figures.exact_text(name, row.values[name]), row.values[name]) for name in metrics]
        for row in result.rows
    ]
    nothing = "No visit with a page view began in this period."
    return _paged(page, question, Table(label, columns, rows, nothing), result.group_count), description, result.as_of


def _of_view(page: ReportPage, question: Question, limit: int) -> tuple[Table, str, Any]:
    found = web_report(page.query(compare=None), question.tab, limit, question.offset, page.now)
    view = found.view
    columns = [Column(view.key_label), *(Column(c.label, c.unit != "text", c.description) for c in view.columns)]
    rows = [_row(page, view, row) for row in found.rows]
    shown = Table(view.label, columns, rows, view.nothing)
    return _paged(page, question, shown, found.count), view.description, found.as_of


def _row(page: ReportPage, view: View, row: WebRow) -> list[Cell]:
    href = _narrowed(page, view.dimension, row.key) if view.dimension else ""
    return [tables.text(row.key, href), *(_cell(column, row.values[column.name]) for column in view.columns)]


def _cell(column: WebColumn, value: Any) -> Cell:
    made = {
        "text": lambda: tables.text(value or "", empty="–"),
        "count": lambda: tables.count(value),
        "percent": lambda: tables.percent(value),
        "seconds": lambda: tables.seconds(value),
        "ms": lambda: Cell(numbers.NOTHING if value is None else f"{value:,.0f} ms", value),
        "score": lambda: Cell(numbers.NOTHING if value is None else f"{value:.3f}", value),
    }[column.unit]()
    return replace(made, mood=rating(column.name, value))


def _narrowed(page: ReportPage, dimension: str, value: str) -> str:
    return page.with_filter(dimension, value).url()


def _paged(page: ReportPage, question: Question, shown: Table, count: int) -> Table:
    last = question.offset + len(shown.rows)
    return replace(
        shown,
        has_receipts=True,
        first=question.offset,
        note=f"{question.offset + 1}–{last} of {count:,}" if shown.rows else "",
        more_href=page.asking(replace(question, offset=last)).url() if last < count else "",
        back_href=page.asking(replace(question, offset=0)).url() if question.offset else "",
    )


REPORT = Report("web", "Web", "analytics/reports/web.html", "web", read, show, table, False, is_profiled=True)
