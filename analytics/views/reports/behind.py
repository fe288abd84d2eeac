"""The people behind a number of a report, and keeping them as a cohort.

The number is named as in its receipt: ?row=2&column=3 of the report's CSV.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from analytics import cohorts
from analytics.query.model import QueryError
from analytics.reports import behind
from analytics.reports.behind import Behind, People
from analytics.views.reports import members
from analytics.views.reports.frame import Report, ReportPage, read_state
from analytics.views.reports.tables import Table
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs

NOBODY = "There are no people behind this number: choose one that counts people, visits or events."


def people_view(report: Report[Any]) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "HEAD", "POST"])
    @workspace_view(needs=needs("analyse"))
    @says_when_unavailable
    def view(request: WorkspaceRequest, slug: str) -> HttpResponse:
        page, question, error = read_state(report, request.GET, request.workspace, clock.now())
        back = reverse(report.name, args=[slug]) + page.url()
        try:
            found = behind_number(report, page, question, *_place(request, error))
            if request.method == "POST":
                return _keep(request, page, found)
            return _listed(request, report, page, found, back)
        except (QueryError, Problem) as refused:
            messages.error(request, str(refused))
            return redirect(back)

    return view


def behind_number(report: Report[Any], page: ReportPage, question: Any, row: int, column: int) -> Behind:
    """QueryError where nobody stands behind that cell."""
    found = report.behind(page, question, row, column) if report.behind else None
    if found is None:
        raise QueryError(NOBODY, "column")
    return found


def _place(request: WorkspaceRequest, error: str) -> tuple[int, int]:
    row, column = request.GET.get("row", ""), request.GET.get("column", "")
    if error or not (row.isdecimal() and column.isdecimal() and len(row + column) < 9):
        raise QueryError(error or "row and column are whole numbers, counted from 0.", "row")
    return int(row), int(column)


def _listed(request: WorkspaceRequest, report: Report[Any], page: ReportPage, found: Behind, back: str) -> HttpResponse:
    given = request.GET.get("offset", "0")
    offset = int(given) if given.isdecimal() and len(given) < 7 else 0
    people = behind.people(page.dataset_id, found, page.now, offset)
    context = {
        "title": found.title,
        "back": back,
        "back_label": report.title,
        "is_people": True,
        "table": _table(request, page, found.title, people, offset),
    }
    return render(request, "analytics/reports/funnel_people.html", context)


def _table(request: WorkspaceRequest, page: ReportPage, title: str, people: People, offset: int) -> Table:
    rows = members.rows(request.workspace, page.environment, people.members)
    last, at = offset + len(rows), {name: request.GET[name] for name in ("row", "column")}
    return Table(
        title,
        members.COLUMNS,
        rows,
        "Nobody: choose another number.",
        icon="users",
        note=f"{offset + 1}–{last} of {people.count:,}" if rows else "",
        more_href=page.url(**at, offset=last) if last < people.count else "",
        back_href=page.url(**at) if offset else "",
    )


def _keep(request: WorkspaceRequest, page: ReportPage, found: Behind) -> HttpResponse:
    """All of them as a frozen cohort. Problem when they are nobody, or too many."""
    cohort = cohorts.save_people(
        request.workspace,
        page.environment,
        name=request.POST.get("name", ""),
        people=behind.ids(page.dataset_id, found, cohorts.MOST_PEOPLE + 1),
        actor=request.user,
        now=page.now,
        description=found.title,
    )
    messages.success(request, f"{cohort.name} is saved: {members.counted(cohort.size or 0)}.")
    return redirect("cohort", request.workspace.slug, cohort.uid)
