"""Business metrics: what the nightly roll-up keeps, as figures, a chart and a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict

from analytics.models import AggregatedMetric
from analytics.query.page import PageQuery
from analytics.query.words import known
from analytics.rollups import Dataset, bring_up_to_date
from analytics.rollups.dashboard import Dashboard, dashboard
from analytics.rollups.kept import bucket_start, kept
from analytics.rollups.measures import MEASURES, NAMES, PERIODS, UNFILTERED, Measure
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.reports import tables
from analytics.views.reports.amounts import amount
from analytics.views.reports.choices import choices, workspace_of
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Fact, Table
from workspaces import roles
from workspaces.access import WorkspaceRequest

INTERVALS = {"daily": "day", "weekly": "week", "monthly": "month"}


@dataclass(frozen=True)
class Question:
    measure: str = "dau"
    every: str = ""  # empty: the first that the measure is kept for

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = [("measure", self.measure), ("every", self.every)]
        return [pair for pair in pairs if pair[1] and pair != ("measure", "dau")]

    @property
    def period(self) -> str:
        possible = MEASURES[self.measure].periods
        return self.every if self.every in possible else possible[0]


def read(params: QueryDict, page: PageQuery) -> Question:
    measure = known("metric", params.get("measure", "dau"), MEASURES, "measure")
    every = params.get("every", "")
    return Question(measure, known("period", every, PERIODS, "every") if every else "")


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    dataset = Dataset.of(request.workspace, page.environment)
    now = dashboard(dataset, page.now)
    measure = MEASURES[question.measure]
    rows = _rows(dataset, page, question)
    return {
        "facts": _facts(now, dataset),
        "measure": measure,
        "measures": choices(page, question, "measure", {name: each.label for name, each in MEASURES.items()}),
        "everies": choices(page, question, "every", {each: NAMES[each] for each in measure.periods}),
        "every": NAMES[question.period],
        "data": _data(measure, question, rows),
        "table": _table(dataset, measure, question, rows),
        "is_empty": not any(row.value is not None for row in rows),
        "may_change": roles.may(request.role, "change_workspace"),
    }


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    dataset = Dataset.of(workspace_of(page), page.environment)
    bring_up_to_date(dataset, page.now)
    return _table(dataset, MEASURES[question.measure], question, _rows(dataset, page, question)).csv()


def _rows(dataset: Dataset, page: ReportPage, question: Question) -> list[AggregatedMetric]:
    """Those whose period touches the page's."""
    first = bucket_start(page.period.start.date(), question.period)  # type: ignore[arg-type]
    last = (page.period.end - timedelta(microseconds=1)).date()
    found = kept(dataset).filter(metric_type=question.measure, period=question.period)
    return list(found.filter(metric_date__range=(first, last)))


def _facts(now: Dashboard, dataset: Dataset) -> list[Fact]:
    own = dataset.rates.own
    missing = now.notes["revenue_today"].get("without_rate")
    reason = now.notes["ltv_cac_ratio"].get("reason", "last month")
    return [
        Fact("Active today", f"{now.daily_active_users:,}"),
        Fact("Active in 30 days", f"{now.monthly_active_users:,}"),
        Fact("Registrations today", f"{now.new_registrations_today:,}"),
        Fact("Revenue today", amount(now.revenue_today, own), note=f"without {', '.join(missing)}" if missing else ""),
        Fact("Sign-up to payment", numbers.percent(now.conversion_rate), note="of 30 days"),
        Fact("Churn", numbers.percent(now.churn_rate), note="last month"),
        Fact("LTV / CAC", numbers.compact(now.ltv_cac_ratio), note=reason),
    ]


def _data(measure: Measure, question: Question, rows: list[AggregatedMetric]) -> dict[str, Any]:
    interval: Any = INTERVALS[question.period]
    starts = [datetime(row.metric_date.year, row.metric_date.month, row.metric_date.day) for row in rows]
    unit = "percent" if measure.unit == "percent" else "count"
    line = {"label": measure.label, "colour": 1, "values": [row.value for row in rows], "before": None}
    return {
        "unit": unit,
        "kind": "line",
        "labels": [spans.short(start, interval) for start in starts],
        "titles": [spans.long(start, interval) for start in starts],
        "partial": None,
        "lines": [line],
    }


def _table(dataset: Dataset, measure: Measure, question: Question, rows: list[AggregatedMetric]) -> Table:
    columns = [Column(NAMES[question.period].capitalize()), Column(measure.label, True), Column("Made of")]
    is_explained = any(_made_of(row) for row in rows)
    body = [
        [
            Cell(_day(row.metric_date, question), row.metric_date),
            _value(measure, row, dataset),
            tables.text(_made_of(row), empty=""),
        ][: 2 + is_explained]
        for row in reversed(rows)
    ]
    nothing = f"No {NAMES[question.period]} of this period is over yet. Choose a longer one."
    return Table(measure.label, columns[: 2 + is_explained], body, nothing, icon="calendar", has_receipts=True)


def _day(day: date, question: Question) -> str:
    return spans.long(datetime(day.year, day.month, day.day), INTERVALS[question.period])  # type: ignore[arg-type]


def _value(measure: Measure, row: AggregatedMetric, dataset: Dataset) -> Cell:
    shown = {
        "count": lambda: numbers.exact(row.value),
        "percent": lambda: numbers.percent(row.value),
        "money": lambda: amount(row.value, dataset.rates.own),
        "ratio": lambda: numbers.compact(row.value),
    }[measure.unit]()
    return Cell(shown, row.value)


def _made_of(row: AggregatedMetric) -> str:
    notes = row.notes
    if "reason" in notes:
        return str(notes["reason"])
    if "registered" in notes:
        return f"{notes['paid']:,} of {notes['registered']:,} who registered"
    if "active_before" in notes:
        return f"{notes['lost']:,} of {notes['active_before']:,} did not come back"
    said = ", ".join(f"{value} {code}" for code, value in notes.get("by_currency", {}).items())
    missing = ", ".join(notes.get("without_rate", []))
    return f"{said}; no rate for {missing}" if missing else said


REPORT = Report(
    "business", "Business metrics", "analytics/reports/business.html", "business", read, show, table,
    is_compared=False, outlives_events=True, unfiltered=UNFILTERED,
)  # fmt: skip
