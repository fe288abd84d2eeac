"""Who stands behind a bar of a funnel, and keeping them as a cohort."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from analytics import cohorts
from analytics.query.model import QueryError
from analytics.reports.funnel import Funnel, Page, people
from analytics.reports.funnel.model import UNITS
from analytics.views.reports import tables
from analytics.views.reports.frame import ReportPage, read_state
from analytics.views.reports.funnel import REPORT
from analytics.views.reports.steps import step_said
from analytics.views.reports.tables import Cell, Column, Table
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs

KEPT_AT_MOST = 100_000


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=needs("analyse"))
@says_when_unavailable
def behind(request: WorkspaceRequest, slug: str) -> HttpResponse:
    page, asked, error = read_state(REPORT, request.GET, request.workspace, clock.now())
    step, dropped = _step(request.GET.get("at", "1")), "dropped" in request.GET
    back = reverse("funnel", args=[slug]) + page.url()
    try:
        if request.method == "POST":
            return _keep(request, page, asked, step, dropped)
        found = people(asked, page.query(compare=None), step, dropped, request.GET.get("cursor", ""), page.now)
    except (QueryError, Problem) as refused:
        messages.error(request, str(refused))
        return redirect(back)
    title = _title(asked, step, dropped)
    context = {"table": _table(request, page, asked, found, title, step, dropped), "title": title, "back": back}
    context["back_label"] = REPORT.title
    return render(request, "analytics/reports/funnel_people.html", context | {"is_people": asked.per == "person"})


def _step(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def _title(asked: Funnel, step: int, dropped: bool) -> str:
    unit, did = UNITS[asked.per].capitalize(), step_said(asked.steps[step - 1])
    return f"{unit} that stopped after “{did}”" if dropped else f"{unit} that reached “{did}”"


def _table(
    request: WorkspaceRequest, page: ReportPage, asked: Funnel, found: Page, title: str, step: int, dropped: bool
) -> Table:
    columns = [Column(UNITS[asked.per].capitalize()), Column("First step at"), Column("Last step taken")]
    rows = [
        [
            Cell(each.id, each.id, href=_person(request, page, each.id) if asked.per == "person" else ""),
            tables.moment(each.began, page.zone),
            tables.text(step_said(asked.steps[each.level - 1])),
        ]
        for each in found.people
    ]
    more = page.url(at=step, dropped=1 if dropped else None, cursor=found.next_cursor) if found.next_cursor else ""
    return Table(title, columns, rows, "Nobody: choose another step or a longer period.", more_href=more)


def _person(request: WorkspaceRequest, page: ReportPage, person: str) -> str:
    tail = "?env=test" if page.environment == "test" else ""
    return reverse("person", args=[request.workspace.slug, person]) + tail


def _keep(request: WorkspaceRequest, page: ReportPage, asked: Funnel, step: int, dropped: bool) -> HttpResponse:
    """The people of the step as a frozen cohort."""
    if asked.per != "person":
        raise QueryError("Only people can be kept as a cohort: let the funnel count people.", "per")
    found = people(asked, page.query(compare=None), step, dropped, "", page.now, limit=KEPT_AT_MOST)
    kept: dict[str, Any] = {"actor": request.user, "now": page.now, "description": _title(asked, step, dropped)}
    cohort = cohorts.save_people(
        request.workspace,
        page.environment,
        name=request.POST.get("name", ""),
        people=(int(each.id) for each in found.people),
        **kept,
    )
    messages.success(request, f"{cohort.name} is saved: {cohort.size:,} people.")
    return redirect("cohort", request.workspace.slug, cohort.uid)
