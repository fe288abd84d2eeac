"""Reports that a widget shows as a table, with the chart that their table makes; each reads its question itself."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict

from analytics.query.page import PageQuery
from analytics.query.parse import from_params
from analytics.query.saved import Saved
from analytics.views.reports import (
    accounts,
    attribution,
    business,
    events,
    lifecycle,
    people,
    sessions,
    stickiness,
    web,
)
from analytics.views.reports.frame import Report, ReportPage
from workspaces.models import Workspace

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Shown:
    report: Report[Any]
    icon: str
    says: str
    is_personal: bool = False  # of single people: for members alone
    columns: tuple[str, ...] = ()  # of its table, that stand on the page; empty: all
    # Whether each of its numbers obeys every filter: others must not stand where some rows are locked away.
    is_narrowed: bool = False


REPORTS: dict[str, Shown] = {
    each.report.name: each
    for each in (
        Shown(lifecycle.REPORT, "users", "Who is new, stays, comes back, stays away.", is_narrowed=True),
        Shown(stickiness.REPORT, "calendar", "On how many days people are active.", is_narrowed=True),
        Shown(attribution.REPORT, "megaphone", "What brought those who reached a goal."),
        Shown(web.REPORT, "globe-alt", "Entry and exit pages, searches, downloads …", is_narrowed=True),
        Shown(business.REPORT, "credit-card", "Active people, revenue, churn … as they are kept."),
        Shown(accounts.REPORT, "building-office", "Companies and what they do."),
        Shown(
            events.REPORT,
            "bolt",
            "The last events, one by one.",
            is_personal=True,
            columns=("at", "type", "name", "path", "country", "browser", "device"),
        ),
        Shown(
            sessions.REPORT,
            "clock",
            "The last visits, one by one.",
            is_personal=True,
            columns=("started_at", "user_id", "entry_page", "pageviews", "source", "country", "device"),
        ),
        Shown(
            people.REPORT,
            "user",
            "The people who were here last.",
            is_personal=True,
            columns=("user_id", "last_seen", "visits", "pageviews", "source", "country", "device"),
        ),
    )
}


def reader(report: Report[Any]) -> Callable[[QueryDict, Saved], Any]:
    """How the report reads its question, wherever the question is to be asked."""

    def read(params: QueryDict, saved: Saved) -> Any:
        nowhere = from_params(QueryDict(), Workspace(id=0, timezone="UTC"), BEGINNING)
        known = {each.name: getattr(nowhere, each.name) for each in fields(PageQuery)}
        return report.read(params, ReportPage(**known, saved=saved))

    return read
