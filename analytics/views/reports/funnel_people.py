"""Who stands behind a bar of a funnel, and keeping them as a cohort."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from analytics import cohorts
from analytics.query.catalogue import dimension
from analytics.query.model import QueryError
from analytics.reports.funnel import Funnel, Page, Which, people
from analytics.reports.funnel.model import UNITS
from analytics.reports.people_of import user_ids
from analytics.views.reports import members, tables
from analytics.views.reports.frame import ReportPage, read_state
from analytics.views.reports.funnel import REPORT
from analytics.views.reports.steps import step_said
from analytics.views.reports.tables import Cell, Column, Table
from analytics.views.said import shown_value
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
    which = Which(_step(request.GET.get("at", "1")), "dropped" in request.GET, request.GET.get("group"))
    back = reverse("funnel", args=[slug]) + page.url()
    try:
        if request.method == "POST":
            return _keep(request, page, asked, which)
        found = people(asked, page.query(compare=None), which, request.GET.get("cursor", ""), page.now)
    except (QueryError, Problem) as refused:
        messages.error(request, str(refused))
        return redirect(back)
    title = _title(asked, which)
    context = {"table": _table(request, page, asked, found, title, which), "title": title, "back": back}
    context |= {"back_label": REPORT.title, "others": _others(page, asked, which)}
    return render(request, "analytics/reports/funnel_people.html", context | {"is_people": asked.per == "person"})


def _step(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def _title(asked: Funnel, which: Which) -> str:
    unit, did = UNITS[asked.per].capitalize(), step_said(asked.steps[which.step - 1])
    group = "" if which.group is None else f", {dimension(asked.by).label}: {shown_value(asked.by, which.group)}"
    return f"{unit} that {'stopped after' if which.dropped else 'reached'} “{did}”{group}"


def _others(page: ReportPage, asked: Funnel, which: Which) -> list[tuple[str, str]]:
    """(words, address) of the other half of the step: from those who took it to those who stopped there, and back."""
    if which.step == len(asked.steps):
        return []
    words = "All who took this step" if which.dropped else "Only those who stopped here"
    return [(words, page.url(at=which.step, dropped=None if which.dropped else 1, group=which.group))]


def _table(request: WorkspaceRequest, page: ReportPage, asked: Funnel, found: Page, title: str, which: Which) -> Table:
    ids = [each.id for each in found.people]
    names = user_ids(page.dataset_id, ids, page.now) if asked.per == "person" else {}
    columns = [Column(UNITS[asked.per].capitalize()), Column("First step at"), Column("Last step taken")]
    rows = [
        [
            members.person(request.workspace, page.environment, names.get(each.id, ""), each.id)
            if asked.per == "person"
            else Cell(each.id, each.id),
            tables.moment(each.began, page.zone),
            tables.text(step_said(asked.steps[each.level - 1])),
        ]
        for each in found.people
    ]
    at = {"at": which.step, "dropped": 1 if which.dropped else None, "group": which.group}
    more = page.url(**at, cursor=found.next_cursor) if found.next_cursor else ""
    return Table(title, columns, rows, "Nobody: choose another step or a longer period.", more_href=more)


def _keep(request: WorkspaceRequest, page: ReportPage, asked: Funnel, which: Which) -> HttpResponse:
    """The people of the step as a frozen cohort."""
    if asked.per != "person":
        raise QueryError("Only people can be kept as a cohort: let the funnel count people.", "per")
    found = people(asked, page.query(compare=None), which, "", page.now, limit=KEPT_AT_MOST)
    kept: dict[str, Any] = {"actor": request.user, "now": page.now, "description": _title(asked, which)}
    cohort = cohorts.save_people(
        request.workspace,
        page.environment,
        name=request.POST.get("name", ""),
        people=(int(each.id) for each in found.people),
        **kept,
    )
    messages.success(request, f"{cohort.name} is saved: {members.counted(cohort.size or 0)}.")
    return redirect("cohort", request.workspace.slug, cohort.uid)
