"""People of a period, who was here last first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from analytics.query.model import QueryError
from analytics.query.page import PageQuery
from analytics.reports.people.called import called
from analytics.reports.people.listing import NAMES, list_people
from analytics.views.reports import tables
from analytics.views.reports.choices import bare
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Table
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs

ROWS = 50
MAX_SEARCH = 200


@dataclass(frozen=True)
class Question:
    search: str = ""
    who: str = "everybody"
    cursor: str = ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = [("search", self.search), ("who", self.who), ("cursor", self.cursor)]
        return [(name, value) for name, value in pairs if value and value != "everybody"]


def read(params: QueryDict, page: PageQuery) -> Question:
    who = "identified" if params.get("who") == "identified" else "everybody"
    return Question(params.get("search", "").strip()[:MAX_SEARCH], who, params.get("cursor", ""))


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    query, notice = page.query(compare=None), ""
    is_identified = question.who == "identified"
    try:
        found = list_people(query, ROWS, question.search, question.cursor or None, is_identified)
    except QueryError as refused:
        found, notice = list_people(query, ROWS, question.search, None, is_identified), str(refused)
    columns = [
        Column("Who"), Column("Last seen"), Column("Visits", True), Column("Views", True), Column("First from"),
        Column("Country"), Column("Device"),
    ]  # fmt: skip
    table = Table(
        "People",
        columns,
        [_person_row(request, page, person) for person in found.people],
        "Nobody fits. Choose a longer period, fewer filters or another search.",
        icon="users",
        more_href=page.asking(replace(question, cursor=found.next_cursor)).url() if found.next_cursor else "",
        back_href=page.asking(replace(question, cursor="")).url() if question.cursor else "",
    )
    return {
        "table": table,
        "notice": notice,
        "base_query": bare(page),
        "everybody_href": page.asking(replace(question, who="everybody", cursor="")).url(),
        "identified_href": page.asking(replace(question, who="identified", cursor="")).url(),
    }


def _person_row(request: WorkspaceRequest, page: ReportPage, person: dict[str, Any]) -> list[Cell]:
    query = "?env=test" if page.environment == "test" else ""
    name = called(person["user_id"], person["person_id"])
    return [
        tables.text(name, reverse("person", args=[request.workspace.slug, person["person_id"]]) + query),
        tables.moment(person["last_seen"], page.zone),
        tables.count(person["visits"]),
        tables.count(person["pageviews"]),
        tables.text(person["source"], empty="Direct / none"),
        tables.country(person["country"]),
        tables.text(", ".join(filter(None, (person["device"], person["browser"]))), empty="Unknown"),
    ]


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    yield NAMES
    cursor, left = None, page.most_rows
    while left > 0:
        found = list_people(
            page.query(compare=None), min(10_000, left), question.search, cursor, question.who == "identified"
        )
        yield from ([person[name] for name in NAMES] for person in found.people)
        left, cursor = left - len(found.people), found.next_cursor
        if cursor is None:
            return


REPORT = Report(
    "people", "People", "analytics/reports/people.html", "people", read, show, table, False, needs("analyse")
)
