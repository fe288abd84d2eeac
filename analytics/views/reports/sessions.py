"""Visits, newest first; and the page of one visit."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analytics.query.model import QueryError
from analytics.query.page import PageQuery
from analytics.reports.people.called import called
from analytics.reports.sessions import VISIT, list_sessions, number, session, timelines
from analytics.templatetags import numbers
from analytics.views.reports import tables
from analytics.views.reports.choices import bare
from analytics.views.reports.event_lines import event_line
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Table
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import Environment, Workspace
from workspaces.roles import needs

ROWS = 50
COLUMNS = [
    Column("Began"), Column("Who"), Column("From"), Column("Entry page"), Column("Views", True), Column("Lasted", True),
    Column("Country"), Column("Device"),
]  # fmt: skip


@dataclass(frozen=True)
class Question:
    cursor: str = ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [("cursor", self.cursor)] if self.cursor else []


def read(params: QueryDict, page: PageQuery) -> Question:
    return Question(params.get("cursor", ""))


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    query, notice = page.query(compare=None), ""
    try:
        found = list_sessions(query, ROWS, question.cursor or None)
    except QueryError as refused:
        found, notice = list_sessions(query, ROWS), str(refused)
    more = page.asking(Question(found.next_cursor)).url() if found.next_cursor else ""
    table = Table(
        "Visits",
        COLUMNS,
        [visit_row(request.workspace, page.environment, visit) for visit in found.visits],
        "No visit began in this period. Choose a longer one, or fewer filters.",
        icon="window",
        more_href=more,
        back_href=page.asking(Question()).url() if question.cursor else "",
    )
    return {"table": table, "notice": notice, "base_query": bare(page)}


def visit_row(workspace: Workspace, environment: str, visit: dict[str, Any]) -> list[Cell]:
    query = "?env=test" if environment == "test" else ""
    began = visit["started_at"].astimezone(ZoneInfo(workspace.timezone))
    href = reverse("session", args=[workspace.slug, visit["id"]]) + query
    person = reverse("person", args=[workspace.slug, visit["person_id"]]) + query
    lasted = (visit["ended_at"] - visit["started_at"]).total_seconds()
    return [
        Cell(f"{began.day} {began:%b, %H:%M:%S}", began.isoformat(), href=href),
        tables.text(who(visit), person),
        tables.text(visit["source"], empty="Direct / none"),
        tables.text(visit["entry_page"], empty="no page view"),
        tables.count(visit["pageviews"]),
        Cell(numbers.duration(lasted), lasted, note="bounce" if visit["bounce"] else ""),
        tables.country(visit["country"]),
        tables.text(", ".join(filter(None, (visit["device"], visit["browser"]))), empty="Unknown"),
    ]


def who(visit: dict[str, Any]) -> str:
    return called(visit["user_id"], visit["person_id"])


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    yield VISIT
    query, cursor, left = page.query(compare=None), None, page.most_rows
    while left > 0:
        found = list_sessions(query, min(10_000, left), cursor)
        yield from (visit.values() for visit in found.visits)
        left, cursor = left - len(found.visits), found.next_cursor
        if cursor is None:
            return


REPORT = Report(
    "sessions", "Visits", "analytics/reports/sessions.html", "people", read, show, table, False, needs("analyse")
)


@require_safe
@workspace_view(needs=needs("analyse"))
@says_when_unavailable
def session_page(request: WorkspaceRequest, slug: str, session_id: str) -> HttpResponse:
    environment: Environment = "test" if request.GET.get("env") == "test" else "live"
    dataset_id, wanted = request.workspace.dataset_id(environment), number(session_id)
    visit = session(dataset_id, wanted) if wanted is not None else None
    if visit is None:
        raise Http404
    workspace = request.workspace
    events = timelines(dataset_id, [visit], clock.now(), workspace.session_timeout_minutes)[visit["id"]]
    shown = visit_shown(workspace, environment, visit, events)
    return render(request, "analytics/reports/session.html", {"visit": shown, "environment": environment})


@dataclass(frozen=True)
class VisitShown:
    """A visit with its events, in the workspace's zone."""

    visit: dict[str, Any]
    began: Any
    lasted: str
    engaged: str
    who: str
    href: str
    person_href: str
    country: Cell
    lines: list[Any]


def visit_shown(workspace: Workspace, environment: str, visit: dict[str, Any], events: list[Any]) -> VisitShown:
    query = "?env=test" if environment == "test" else ""
    return VisitShown(
        visit=visit,
        began=visit["started_at"].astimezone(ZoneInfo(workspace.timezone)),
        lasted=numbers.duration((visit["ended_at"] - visit["started_at"]).total_seconds()),
        engaged=numbers.duration(visit["engaged_ms"] / 1000),
        who=who(visit),
        href=reverse("session", args=[workspace.slug, visit["id"]]) + query,
        person_href=reverse("person", args=[workspace.slug, visit["person_id"]]) + query,
        country=tables.country(visit["country"]),
        lines=[event_line(workspace, environment, each) for each in events],
    )
