"""Revenue: each currency by itself, over time and by what brought it in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from analytics.query.page import PageQuery
from analytics.query.words import known
from analytics.reports.revenue import BY, Revenue, revenue
from analytics.views import spans
from analytics.views.menus import Item
from analytics.views.reports import amounts, tables
from analytics.views.reports.amounts import amount
from analytics.views.reports.choices import choices, workspace_of
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Fact, Table
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs

ROWS, CSV_ROWS = 50, 1000
LINES = 5  # currencies on the chart


@dataclass(frozen=True)
class Question:
    by: str = "event"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [("by", self.by)] if self.by != "event" else []


def read(params: QueryDict, page: PageQuery) -> Question:
    return Question(known("breakdown", params.get("by", "event"), BY, "by"))


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    found = revenue(request.workspace, page.query(compare=None), question.by, page.interval, page.now, ROWS)
    return {
        "bys": choices(page, question, "by", {name: label for name, (label, _) in BY.items()}),
        "by_label": BY[question.by][0],
        "interval": page.interval,
        "intervals": [Item(f"By {each}", page.url(interval=each), each == page.interval) for each in page.intervals],
        "facts": facts(found),
        "missing": ", ".join(found.rates.without_rate(found.net)),
        "own": found.rates.own,
        "data": chart_data(page, found),
        "currencies": _currencies(found),
        "table": by_table(question, found),
        "names": ", ".join(found.names["payment_completed"]),
        "refund_names": ", ".join(found.names["refund"]),
        "as_of": found.as_of.astimezone(page.period.start.tzinfo),
    }


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    found = revenue(workspace_of(page), page.query(compare=None), question.by, page.interval, page.now, CSV_ROWS)
    codes = [each.currency for each in found.currencies]
    yield [BY[question.by][0], "payments", *codes]
    for row in found.rows:
        yield [row.key, row.payments, *(row.net.get(code, 0) for code in codes)]


def facts(found: Revenue) -> list[Fact]:
    total = found.rates.total(found.net)
    payments, refunds = (sum(getattr(each, name) for each in found.currencies) for name in ("payments", "refunds"))
    stated = [code for code in found.net if code != found.rates.own and code in found.rates.known]
    note = f"{', '.join(stated)} at the stated rate" if stated else "payments less refunds"
    return [
        Fact("Revenue", amount(total, found.rates.own), note=note),
        Fact("Payments", f"{payments:,}"),
        Fact("Refunds", f"{refunds:,}"),
        Fact("Paying people", f"{sum(each.people for each in found.currencies):,}", note="for each currency"),
    ]


def chart_data(page: ReportPage, found: Revenue) -> dict[str, Any]:
    starts = [start for start, _ in found.series]
    ahead = [start > page.now for start in starts]
    codes = [each.currency for each in found.currencies][:LINES]
    return {
        "unit": "count",
        "kind": "bar",
        "labels": [spans.short(start, page.interval) for start in starts],
        "titles": [spans.long(start, page.interval) for start in starts],
        "partial": None,
        "lines": [
            {
                "label": code,
                "colour": place,
                "values": [None if is_ahead else float(net.get(code, 0))
                           for is_ahead, (_, net) in zip(ahead, found.series, strict=True)],
                "before": None,
            }
            for place, code in enumerate(codes, start=1)
        ],
    }  # fmt: skip


def _currencies(found: Revenue) -> Table:
    columns = [Column("Currency"), *(Column(label, True) for label in
               ("Payments", "Paid", "Refunded", "Net", "A payment", "A person", "Rate"))]  # fmt: skip
    rows = []
    for each in found.currencies:
        rate = found.rates.known.get(each.currency)
        money = [each.paid, -each.refunded, each.net, each.mean, each.per_person]
        rows.append(
            [
                tables.text(each.currency),
                tables.count(each.payments),
                *(Cell(amount(value, each.currency), value) for value in money),
                Cell("none stated" if rate is None else f"{rate.normalize():f}", rate),
            ]
        )
    return Table("Currencies", columns, rows, "Nobody paid in this period.", icon="credit-card")


def by_table(question: Question, found: Revenue) -> Table:
    columns = [Column(BY[question.by][0]), Column("Payments", True), Column("Net", True)]
    rows = [[tables.text(row.key), tables.count(row.payments), amounts.cell(row.net)] for row in found.rows]
    return Table(f"Revenue by {BY[question.by][0].lower()}", columns, rows, "Nobody paid in this period.")


REPORT = Report(
    "revenue", "Revenue", "analytics/reports/revenue.html", "revenue", read, show, table, False, needs("analyse")
)
