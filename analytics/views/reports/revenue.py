"""Revenue: each currency by itself, over time and by what brought it in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from analytics import glossary
from analytics.query.catalogue import PROPERTY
from analytics.query.page import PageQuery
from analytics.query.words import known
from analytics.reports.revenue import BY, Revenue, revenue
from analytics.reports.revenue.bridge import MOVES, Month, Move, bridge
from analytics.rollups.roles import names_of
from analytics.views import spans
from analytics.views.menus import Item
from analytics.views.reports import amounts, tables
from analytics.views.reports.amounts import amount
from analytics.views.reports.choices import choices, workspace_of
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Fact, Table
from analytics.views.said import shown_value
from workspaces.access import WorkspaceRequest
from workspaces.models import Workspace
from workspaces.roles import needs

ROWS, CSV_ROWS = 50, 1000
LINES = 5  # currencies on the chart
VIEWS = {"totals": "In the period", "months": "Month to month"}


@dataclass(frozen=True)
class Question:
    by: str = "event"
    view: str = "totals"  # or months: what became of the month before

    @property
    def parameters(self) -> list[tuple[str, str]]:
        usual = vars(Question())
        return [(name, value) for name, value in vars(self).items() if value != usual[name]]


def read(params: QueryDict, page: PageQuery) -> Question:
    by = known("breakdown", params.get("by", "event"), BY, "by")
    return Question(by, known("view", params.get("view", "totals"), VIEWS, "view"))


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    views = {"views": choices(page, question, "view", VIEWS), "is_months": question.view == "months"}
    if question.view == "months":
        return views | _shown_months(request.workspace, page)
    found = revenue(request.workspace, page.query(compare=None), question.by, page.interval, page.now, ROWS)
    return views | {
        "bys": choices(page, question, "by", {name: label for name, (label, _) in BY.items()}),
        "by_label": BY[question.by][0],
        "interval": page.interval,
        "intervals": [Item(each, page.url(interval=each), each == page.interval) for each in page.intervals],
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
    if question.view == "months":
        yield from months_table(bridge(workspace_of(page), page.query(compare=None), page.now)).csv()
        return
    found = revenue(workspace_of(page), page.query(compare=None), question.by, page.interval, page.now, CSV_ROWS)
    codes = [each.currency for each in found.currencies]
    yield [BY[question.by][0], "payments", *codes]
    for row in found.rows:
        yield [row.key, row.payments, *(row.net.get(code, 0) for code in codes)]


def _shown_months(workspace: Workspace, page: ReportPage) -> dict[str, Any]:
    found = bridge(workspace, page.query(compare=None), page.now)
    names = names_of(workspace)
    return {
        "months": months_table(found),
        "names": ", ".join(names["payment_completed"]),
        "refund_names": ", ".join(names["refund"]),
        "as_of": page.now.astimezone(page.period.start.tzinfo),
    }


def months_table(found: list[Month]) -> Table:
    columns = [Column("Month"), Column("Currency"), Column("Start", True, "Revenue of the month before")]
    columns += [Column(name.capitalize(), True, glossary.term(f"revenue_{name}").description) for name in MOVES]
    columns += [Column("End", True, "Revenue of the month"), Column("Lost", True, "Churned and contraction, of Start")]
    nothing = "Nobody paid in these months. Choose a longer period."
    return Table("Month to month", columns, [_month(each) for each in found], nothing, "credit-card", has_receipts=True)


def _month(each: Month) -> list[Cell]:
    moves = [each.moves[name] for name in MOVES]
    return [
        Cell(f"{each.start:%b %Y}", each.start.date().isoformat(), note="not over yet" if each.partial else ""),
        tables.text(each.currency),
        Cell(amount(each.before, each.currency), each.before),
        *(_moved(move, each.currency) for move in moves),
        Cell(amount(each.after, each.currency), each.after),
        tables.percent(each.churn_rate),
    ]


def _moved(move: Move, currency: str) -> Cell:
    """Most moves of most months are none: a column of zeros hides the others."""
    return Cell(amount(move.amount, currency) if move.people else "–", move.amount, f"{move.people:,} people")


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
    rows = [[_key(question, row.key), tables.count(row.payments), amounts.cell(row.net)] for row in found.rows]
    return Table(f"Revenue by {BY[question.by][0].lower()}", columns, rows, "Nobody paid in this period.")


def _key(question: Question, key: str) -> Cell:
    """As the overview names it; products are a property, whose name is no dimension of its own."""
    if question.by == "country":
        return tables.country(key)
    name = f"{PROPERTY}{question.by}" if question.by == "product" else question.by
    return Cell(shown_value(name, key), key, key)


REPORT = Report(
    "revenue", "Revenue", "analytics/reports/revenue.html", "revenue", read, show, table, False, needs("analyse")
)
