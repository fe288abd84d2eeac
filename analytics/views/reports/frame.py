"""The frame of every report page: its state in the URL, the toolbar, the sentence, the result, the CSV.

    HX-Target     answer
    (none)        the page
    overview      all below the navigation (a control or the sentence changed)
    dashboard     the result alone (refresh.js asks after something changed)

A report says what it reads from the URL, what it shows and what its CSV holds; see analytics/README.md.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from analytics.exports import csv_lines
from analytics.query import periods
from analytics.query.costs import said
from analytics.query.extent import has_begun
from analytics.query.lookup import SavedOf
from analytics.query.model import Condition, QueryError
from analytics.query.page import PageQuery
from analytics.query.saved import NOTHING_SAVED, Saved
from analytics.reports.behind import Behind
from analytics.reports.steps import Step
from analytics.views import state
from analytics.views.exports.menu import menu
from analytics.views.overview import REFRESH_MS
from analytics.views.reports.saved_menu import saved_menu
from analytics.views.toolbar import Toolbar, toolbar
from analytics.views.unavailable import says_when_unavailable
from analytics.views.views_menu import views_menu
from config.lib import clock
from tracking.store import QueryTimeout, QueryTooLarge
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import Role, Workspace

# What a widget can show.
ON_DASHBOARDS = ("trends", "funnel", "retention", "paths", "revenue", "lifecycle", "stickiness", "attribution", "web",
                 "business", "accounts", "events", "sessions", "people")  # fmt: skip
SHELLS = {"overview": "analytics/reports/_bare.html", "dashboard": "analytics/reports/_live.html"}


class Question(Protocol):
    """What a report asks, read from the URL. `parameters` writes it back: canonical, without defaults."""

    @property
    def parameters(self) -> list[tuple[str, str]]: ...


Q = TypeVar("Q", bound=Question)
P = TypeVar("P", bound=PageQuery)


@dataclass(frozen=True)
class ReportPage(PageQuery):
    """Links made from it keep the report's own parameters too."""

    own: tuple[tuple[str, str], ...] = ()
    saved: Saved = field(default=NOTHING_SAVED, compare=False)  # what the question may name
    workspace: Workspace = field(default_factory=Workspace, compare=False)
    left_out: str = field(default="", compare=False)  # why filters that were asked for do not apply
    most_rows: int = field(default_factory=lambda: int(settings.EXPORT_MAX_ROWS), compare=False)  # of its table

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        return [*super().parameters, *self.own]

    def asking(self, question: Question) -> "ReportPage":
        """The same page with another question: page.asking(replace(question, kind="bar")).url()"""
        return replace(self, own=tuple(question.parameters))

    @property
    def includes_now(self) -> bool:
        return self.period.start <= self.now < self.period.end


@dataclass(frozen=True)
class Report(Generic[Q]):
    name: str  # of the route; <name>_csv is that of its CSV
    title: str
    template: str  # extends analytics/reports/_report.html: the blocks `sentence` and `result`
    docs: str  # its page in the documentation
    read: Callable[[QueryDict, "ReportPage"], Q]  # QueryError says what to write instead
    show: Callable[[WorkspaceRequest, ReportPage, Q], dict[str, Any]]  # what the blocks need; asks the engine
    table: Callable[[ReportPage, Q], Iterable[Iterable[object]]]  # the CSV, heading first
    is_compared: bool = True  # the toolbar offers a comparison
    needs: Role = Role.VIEWER
    # The filter builder opened for a part of the question (?into=…): the question with one condition more there.
    narrowed: Callable[[Q, str, Condition], Q] | None = None
    # What one event must fit to count in it, by letter: receipts walk through the events of somebody who did that.
    steps: Callable[[Q], dict[str, Step]] | None = None
    # The people behind a cell of its table (row, column of the CSV); None for a cell that counts nobody.
    behind: Callable[[ReportPage, Q, int, int], Behind | None] | None = None
    outlives_events: bool = False  # its numbers stay when the events they were made of are deleted
    unfiltered: str = ""  # where no filter applies: a sentence that says so
    fixed_period: str = ""  # the only one that it tells of, whatever was chosen
    is_profiled: bool = False  # its numbers are the engine's, which can cut visits as other tools do
    # What the sentence needs without the answer: a question that cannot be answered stays, to be changed.
    sentence: Callable[[WorkspaceRequest, ReportPage, Q], dict[str, Any]] | None = None
    # QueryError for what a program may have meant and nobody reads, where that would answer another question.
    check_named: Callable[[QueryDict], None] | None = None

    def told(self, page: P) -> P:
        """What its numbers are about: without what it leaves aside, be it filters, comparison or the chosen period."""
        kept = replace(page.period, kept=None) if self.outlives_events else page.period
        return replace(
            page,
            period=periods.preset(self.fixed_period, page.now, page.zone) if self.fixed_period else kept,
            compare=page.compare if self.is_compared else None,
            filters=() if self.unfiltered else page.filters,
        )


def page_view(report: Report[Any]) -> Callable[..., HttpResponse]:
    @require_safe
    @cache_control(private=True, no_cache=True)
    @workspace_view(needs=report.needs)
    @says_when_unavailable
    def view(request: WorkspaceRequest, slug: str) -> HttpResponse:
        page, question, error = read_state(report, request.GET, request.workspace, clock.now())
        if state.adds_condition(request.GET) and not error:
            narrowed, error = _filtered(report, request.GET, page, question)
            if not error:
                return HttpResponseRedirect(narrowed.url())
        target = request.headers.get("HX-Target", "")
        context = _context(report, request, page) | {"error": error, "question": question}
        context |= {"shell": SHELLS.get(target, "base.html")}
        try:
            response = render(request, report.template, context | report.show(request, page, question))
        except (QueryError, QueryTimeout, QueryTooLarge) as refused:
            response = _refused(request, context, page, refused)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        if target == "overview":
            response.headers["HX-Push-Url"] = request.path + page.url()  # the one way to write this state
        return response

    return view


Refused = QueryError | QueryTimeout | QueryTooLarge


def _refused(request: WorkspaceRequest, context: dict[str, Any], page: ReportPage, error: Refused) -> HttpResponse:
    """Why this question has no answer, beside what can be changed of it: the period, the filters, the question."""
    context |= {"frame": "analytics/reports/_report.html", "usual_href": replace(page, own=()).url()}
    if not isinstance(error, QueryError):
        return render(request, "analytics/reports/refused.html", context | {"reason": said(error)}, status=503)
    context["reason"] = error.on_pages
    if not context["report"].sentence:
        return render(request, "analytics/reports/refused.html", context, status=400)
    # As every slip that leaves the rest of the question standing: 200, and the sentence about it above.
    context |= context["report"].sentence(request, page, context["question"])
    context |= {"frame": context["report"].template, "error": context["error"] or error.on_pages, "is_kept": True}
    return render(request, "analytics/reports/refused.html", context)


def csv_view(report: Report[Any]) -> Callable[..., HttpResponse]:
    @require_safe
    @workspace_view(needs=report.needs)
    @says_when_unavailable
    def view(request: WorkspaceRequest, slug: str) -> HttpResponse:
        page, question, _ = read_state(report, request.GET, request.workspace, clock.now())
        headers = {"Content-Disposition": f'attachment; filename="{slug}-{report.name}.csv"'}
        lines = list(csv_lines(report.table(page, question)))
        return HttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)

    return view


def read_state(
    report: Report[Any], params: QueryDict, workspace: Workspace, now: datetime
) -> tuple[ReportPage, Any, str]:
    """The state and the question; what makes no sense gives way to the usual, with a sentence about what was wrong."""
    try:
        page, error = state.opened(params, workspace, now), ""
    except QueryError as refused:
        page = state.opened(QueryDict(), workspace, now)
        error = state.refusal(refused, page)
    asking, question, wrong = read_question(report, params, workspace, page)
    return asking, question, error or wrong


def read_question(
    report: Report[Any], params: QueryDict, workspace: Workspace, page: PageQuery
) -> tuple[ReportPage, Any, str]:
    """The same on a page that is read already."""
    known = {each.name: getattr(page, each.name) for each in fields(PageQuery)}
    known["profile"] = page.profile if report.is_profiled else ""
    if report.outlives_events:
        known["period"] = replace(page.period, kept=None)
    left_out = report.unfiltered if page.filters else ""
    if report.unfiltered:
        known["filters"] = ()
    asking = ReportPage(**known, saved=SavedOf(workspace, page.now), workspace=workspace, left_out=left_out)
    question, error = _question(report, params, asking)
    return asking.asking(question), question, error


def check_filters(page: ReportPage) -> None:
    """A file or an answer has no place to say that filters were left out, and would pass for the filtered numbers."""
    if page.left_out:
        raise QueryError(page.left_out, "f")


def _question(report: Report[Any], params: QueryDict, page: ReportPage) -> tuple[Any, str]:
    """The part that the error names gives way, so that a slip in a formula costs no other word; else all of it."""
    given, error = params.copy(), ""
    while True:
        try:
            return report.read(given, page), error
        except QueryError as refused:
            error = error or str(refused)
            if given.pop(refused.field, None) is None:
                given = QueryDict(mutable=True)


def _filtered(report: Report[Any], params: QueryDict, page: ReportPage, question: Any) -> tuple[PageQuery, str]:
    """What the filter builder sent becomes a filter of the page, or of the part of the question it was opened for."""
    try:
        if report.narrowed and params.get("into"):
            return page.asking(report.narrowed(question, str(params["into"]), state.new_condition(params))), ""
        return state.with_new_filter(params, page), ""
    except QueryError as refused:
        return page, str(refused)


def _context(report: Report[Any], request: WorkspaceRequest, page: ReportPage) -> dict[str, Any]:
    slug = request.workspace.slug
    controls = toolbar(page, report.is_profiled)
    return {
        "report": report,
        "page": page,
        "waiting": not has_begun(request.workspace, page.environment),
        "toolbar": controls if report.is_compared else _alone(controls, page),
        "saved": None if report.unfiltered else saved_menu(request.workspace, page),
        "kept": [pair for pair in page.parameters if pair not in page.own],
        "views": views_menu(request, report.name, page),
        "downloads": menu(request, report.name, page),
        "link": request.build_absolute_uri(request.path) + page.url(),
        "add_href": _add_href(report, slug, page) if report.name in ON_DASHBOARDS else "",
        "refresh_ms": REFRESH_MS["long"] if page.includes_now else 0,
        "people_href": reverse(f"{report.name}_behind", args=[slug]) + page.url() if report.behind else "",
        "receipt_href": reverse(f"{report.name}_receipt", args=[slug]) + page.url(),
    }


def _alone(controls: Toolbar, page: ReportPage) -> Toolbar:
    """Without a comparison."""
    return replace(controls, compares=[], shown=(page.period, None))


def _add_href(report: Report[Any], slug: str, page: ReportPage) -> str:
    return f"{reverse('dashboard_add', args=[slug])}?{urlencode([('report', report.name), *page.own], safe='/,:;()')}"
