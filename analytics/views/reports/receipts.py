"""The receipt of a report and of each number in it: what it means, what was read for it, and one example.

A number is a cell of the report's table, as its CSV has it: ?row=2&column=3, counted from 0 below the heading. The
table is made once more while the engine's statements are written down, so what is shown is what ran.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from analytics import report_terms
from analytics.query.catalogue import VERSION
from analytics.query.model import QueryError
from analytics.query.recording import Ran, recorded
from analytics.query.size import ESTIMATE_PERCENT, is_exact
from analytics.reports.evidence import Excluded, Walk, excluded, walk
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.receipt import PLACE
from analytics.views.reports.frame import Report, ReportPage, read_state
from analytics.views.said import said
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from workspaces import roles
from workspaces.access import WorkspaceRequest, workspace_view

MOST_ROWS = 10_000  # of the table that a number is looked up in


@dataclass(frozen=True)
class Number:
    row: str  # what its row is about
    column: str
    value: Any
    description: str


@dataclass(frozen=True)
class ReportReceipt:
    report: Report[Any]
    page: ReportPage
    question: Any
    meaning: report_terms.Meaning
    number: Number | None  # None: of the report as a whole
    ran: list[Ran]
    excluded: Excluded
    example: Walk | None

    @property
    def bound_percent(self) -> float | None:
        """Only the engine's own metrics are ever estimated."""
        is_engine = self.report.name in ("trends", "web", "realtime")
        return ESTIMATE_PERCENT if is_engine and not is_exact(self.page.query(), self.page.now) else None

    @property
    def version(self) -> str:
        return VERSION

    @property
    def rows_read(self) -> int:
        return sum(each.rows_read or 0 for each in self.ran)

    @property
    def engine_ms(self) -> float:
        return sum(each.engine_ms for each in self.ran)


def receipt_of(report: Report[Any], page: ReportPage, question: Any, params: QueryDict) -> ReportReceipt:
    """QueryError for a number that is not there; the errors of the store."""
    with recorded() as ran:
        heading, *rows = islice(map(list, report.table(page, question)), MOST_ROWS + 1)
    told = report.told(page)
    asked = told.query(compare=None)
    return ReportReceipt(
        report=report,
        page=told,
        question=question,
        meaning=report_terms.MEANINGS[report.name],
        number=_number(heading, rows, params),
        ran=ran,
        excluded=excluded(asked, page.now),
        example=walk(asked, report.steps(question) if report.steps else {}, page.now),
    )


def receipt_view(report: Report[Any]) -> Callable[..., HttpResponse]:
    @require_safe
    @cache_control(private=True, no_cache=True)
    @workspace_view(needs=report.needs)
    @says_when_unavailable
    def view(request: WorkspaceRequest, slug: str) -> HttpResponse:
        page, question, error = read_state(report, request.GET, request.workspace, clock.now())
        if error:
            raise QueryError(error)
        made = receipt_of(report, page, question, request.GET)
        is_fragment = request.headers.get("HX-Target") == PLACE
        shell = "analytics/reports/_bare.html" if is_fragment else "base.html"
        context = (
            _context(made) | {"people_href": _people_href(request, made)} | {"shell": shell, "is_fragment": is_fragment}
        )
        response = render(request, "analytics/report_receipt.html", context)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    return view


def _people_href(request: WorkspaceRequest, made: ReportReceipt) -> str:
    """Who stands behind the number; '' where nobody does, or who asks may not see single people."""
    report, page = made.report, made.page
    if not (made.number and report.behind and roles.may(request.role, "analyse")):
        return ""
    row, column = (int(request.GET[name]) for name in ("row", "column"))
    if report.behind(page, made.question, row, column) is None:
        return ""
    return reverse(f"{report.name}_behind", args=[request.workspace.slug]) + page.url(row=row, column=column)


def _number(heading: list[Any], rows: list[list[Any]], params: QueryDict) -> Number | None:
    if "row" not in params:
        return None
    row, column = (_whole(params.get(name, "")) for name in ("row", "column"))
    if row >= len(rows) or column >= len(heading):
        raise QueryError("There is no such number any more: the report has changed. Open its receipt again.", "row")
    name = str(heading[column])
    return Number(_about(rows[row]), name, rows[row][column], report_terms.of_column(name))


def _about(row: Iterable[Any]) -> str:
    """The words at the beginning of a row."""
    words = []
    for each in row:
        if not isinstance(each, str):
            break
        words.append(each)
    return ", ".join(filter(None, map(_day, words)))


def _day(word: str) -> str:
    """A moment as the CSV has it, in words."""
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        return word
    return f"{at:%a} {at.day} {at:%b %Y}" + (f", {at:%H:%M}" if (at.hour, at.minute) != (0, 0) else "")


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise QueryError("row and column are whole numbers, counted from 0.", "row")
    return int(text)


def _figure(value: Any) -> str:
    """A cell of the CSV as people write it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value in (None, "") else str(value)
    return numbers.exact(value)


def _context(made: ReportReceipt) -> dict[str, Any]:
    zone = made.page.period.start.tzinfo
    return {
        "receipt": made,
        "value": _figure(made.number.value) if made.number else "",
        "period": spans.span(made.page.period),
        "deleted": spans.deleted(made.page.period),
        "filters": [said(each) for each in made.page.filters],
        "as_of": made.page.now.astimezone(zone),
        "steps": [(each.at.astimezone(zone), each) for each in made.example.steps] if made.example else [],
        "runs": [(each, json.dumps(each.parameters, default=str, ensure_ascii=False)) for each in made.ran],
    }
