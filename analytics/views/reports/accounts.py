"""Accounts: people grouped by a property of their events."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse

from analytics.query.page import PageQuery
from analytics.reports.people.accounts import accounts, property_key
from analytics.views.reports import amounts, tables
from analytics.views.reports.choices import bare, workspace_of
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Column, Table
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs

ROWS = 50


@dataclass(frozen=True)
class Question:
    by: str = "account"
    offset: int = 0

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = [("by", self.by), ("offset", str(self.offset))]
        return [pair for pair in pairs if pair not in (("by", "account"), ("offset", "0"))]


def read(params: QueryDict, page: PageQuery) -> Question:
    given = params.get("offset", "0")
    offset = int(given) if given.isdecimal() and len(given) < 7 else 0
    return Question(property_key(params.get("by") or "account"), offset)


COLUMNS = [
    Column("Account"), Column("People", True), Column("Visits", True), Column("Events", True), Column("First seen"),
    Column("Last seen"), Column("Revenue", True),
]  # fmt: skip


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    table = _accounts(page, question, ROWS, reverse("events", args=[request.workspace.slug]))
    return {"table": table, "base_query": bare(page)}


def _accounts(page: ReportPage, question: Question, limit: int, events_href: str = "") -> Table:
    found = accounts(workspace_of(page), page.query(compare=None), question.by, limit, question.offset, page.now)
    bare = replace(page, own=())
    rows = [
        [
            tables.text(each.name, events_href + bare.with_filter(f"prop:{question.by}", each.name).url()),
            tables.count(each.people),
            tables.count(each.visits),
            tables.count(each.events),
            tables.moment(each.first_seen, page.zone),
            tables.moment(each.last_seen, page.zone),
            amounts.cell(each.revenue),
        ]
        for each in found.accounts
    ]
    last = question.offset + len(rows)
    return Table(
        "Accounts",
        COLUMNS,
        rows,
        f"No event of this period has the property “{question.by}”. Send it with your events, or name another one.",
        icon="building-office",
        more_href=page.asking(replace(question, offset=last)).url() if last < found.count else "",
        back_href=page.asking(replace(question, offset=0)).url() if question.offset else "",
        note=f"{question.offset + 1}–{last} of {found.count:,}" if rows else "",
    )


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    return _accounts(page, replace(question, offset=0), settings.EXPORT_MAX_ROWS).csv()


REPORT = Report(
    "accounts", "Accounts", "analytics/reports/accounts.html", "people", read, show, table,
    False, needs("analyse"),
)  # fmt: skip
