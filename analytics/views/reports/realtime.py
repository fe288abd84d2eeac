"""Real time: the last 30 minutes, minute by minute, with a map; brought up to date as things happen."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import QueryDict

from analytics.query import run_many
from analytics.query.model import Result
from analytics.query.page import PageQuery
from analytics.reports.events import list_events
from analytics.reports.realtime import visitors_now
from analytics.views import rows as overview_rows
from analytics.views import spans
from analytics.views.reports import tables
from analytics.views.reports.event_lines import event_line
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Fact, Table
from analytics.views.said import shown_value
from workspaces import roles
from workspaces.access import WorkspaceRequest

REFRESH_MS = 1000
ROWS, COUNTRIES, EVENTS = 10, 250, 15
# (dimension, metric, heading)
LISTS = (("page", "visitors", "Pages"), ("source", "visitors", "Sources"), ("event", "events", "Events"))


@dataclass(frozen=True)
class Question:
    """There is nothing to ask but filters: the period is the last half hour."""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return []


def read(params: QueryDict, page: PageQuery) -> Question:
    return Question()


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    now = REPORT.told(page)
    queries = [
        now.query("visitors", "visits", "pageviews", "events"),
        now.query("visitors", interval="minute", totals=False),
        now.query("pageviews", interval="minute", totals=False),
        now.query("visitors", dimensions=("country",), limit=COUNTRIES, totals=False),
        *(now.query(metric, dimensions=(name,), limit=ROWS, totals=False) for name, metric, _ in LISTS),
    ]
    figures, visitors, views, countries, *lists = run_many(queries, page.now)
    may_see = roles.may(request.role, "analyse")
    found = list_events(now.query(), EVENTS).events if may_see else []
    return {
        "facts": _facts(figures, visitors_now(page.dataset_id, page.now)),
        "data": _data(visitors, views),
        "places": overview_rows.places(page, countries),
        "countries": _table(page, "country", "visitors", "Countries", replace(countries, rows=countries.rows[:ROWS])),
        "lists": [_table(page, *each, result) for each, result in zip(LISTS, lists, strict=True)],
        "lines": [event_line(request.workspace, page.environment, each) for each in found],
        "may_see_events": may_see,
        "is_quiet": not figures.totals["events"],
        "visitors_now": visitors_now(page.dataset_id, page.now),
        "refresh_ms": REFRESH_MS,
        "as_of": figures.as_of.astimezone(page.period.start.tzinfo),
    }


def _facts(figures: Result, online: int) -> list[Fact]:
    totals = figures.totals
    said = [("Visitors", "visitors"), ("Visits", "visits"), ("Page views", "pageviews"), ("Events", "events")]
    found = [Fact(label, f"{totals[name] or 0:,.0f}", note="in 30 minutes") for label, name in said]
    return [Fact("Here now", f"{online:,}", note="in 5 minutes"), *found]


def _data(visitors: Result, views: Result) -> dict[str, Any]:
    starts = [datetime.fromisoformat(row.keys[0]) for row in visitors.rows]
    return {
        "unit": "count",
        "kind": "bar",
        "labels": [f"{start:%H:%M}" for start in starts],
        "titles": [spans.long(start, "minute") for start in starts],
        "partial": len(starts) - 1,
        "lines": [
            {"label": label, "colour": colour, "values": [row.values[name] for row in result.rows], "before": None}
            for label, colour, name, result in (
                ("Visitors", 1, "visitors", visitors), ("Page views", 2, "pageviews", views),
            )
        ],
    }  # fmt: skip


def _table(page: ReportPage, dimension: str, metric: str, label: str, result: Result) -> Table:
    rows = []
    for row in result.rows:
        href = page.with_filter(dimension, row.keys[0]).url()
        first = (
            tables.country(row.keys[0], href)
            if dimension == "country"
            else Cell(shown_value(dimension, row.keys[0]), row.keys[0], href=href)
        )
        rows.append([first, tables.count(row.values[metric])])
    return Table(
        label,
        [Column(label), Column("How often" if metric == "events" else "Visitors", True)],
        rows,
        "Quiet in the last 30 minutes.",
        icon="clock",
    )


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    now = REPORT.told(page)
    asked = [now.query(name, interval="minute", totals=False) for name in ("visitors", "pageviews")]
    visitors, views = run_many(asked, page.now)
    yield ["minute", "visitors", "pageviews"]
    for one, two in zip(visitors.rows, views.rows, strict=True):
        yield [one.keys[0], one.values["visitors"], two.values["pageviews"]]


REPORT = Report(
    "realtime", "Real time", "analytics/reports/realtime.html", "events", read, show, table,
    is_compared=False, fixed_period="realtime",
)  # fmt: skip
