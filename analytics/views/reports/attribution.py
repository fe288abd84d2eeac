"""Attribution: what led to a conversion, by the first touch, the last one and all in equal parts, side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from analytics.query import run
from analytics.query.model import QueryError
from analytics.query.page import PageQuery
from analytics.query.words import known
from analytics.reports.attribution import BY, MODELS, Attribution, Credit, attribution, people_in
from analytics.reports.behind import Behind
from analytics.rollups.roles import names_of
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.reports import amounts, tables
from analytics.views.reports.choices import choices, workspace_of
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Table
from analytics.views.said import shown_value
from workspaces.access import WorkspaceRequest
from workspaces.models import Workspace
from workspaces.roles import needs

WINDOWS = {"1": "1 day", "7": "7 days", "14": "14 days", "30": "30 days", "90": "90 days"}
DELIBERATE = ("goal", "custom", "form_submit")


@dataclass(frozen=True)
class Question:
    goal: str = ""  # empty: what means a payment here, the most frequent name
    by: str = "channel"
    model: str = "last"  # orders the rows
    window: str = "30"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        usual = vars(Question())
        return [(name, value) for name, value in vars(self).items() if value != usual[name]]


def read(params: QueryDict, page: PageQuery) -> Question:
    return Question(
        params.get("goal", "")[:200],
        known("breakdown", params.get("by", "channel"), BY, "by"),
        known("model", params.get("model", "last"), MODELS, "model"),
        known("window", params.get("window", "30"), WINDOWS, "window"),
    )


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    goals = _goals(page)
    goal = question.goal or _usual(request.workspace, goals)
    found = _found(request.workspace, page, question, goal)
    return {
        "goal": goal,
        "goals": choices(page, question, "goal", {name: name for name in goals}),
        "bys": choices(page, question, "by", BY),
        "by_label": BY[question.by],
        "windows": choices(page, question, "window", WINDOWS),
        "window_label": WINDOWS[question.window],
        "models": choices(page, question, "model", MODELS),
        "total": round(found.total("last")),
        "table": _table(page, question, found),
        "as_of": found.as_of.astimezone(page.period.start.tzinfo),
    }


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    workspace = workspace_of(page)
    goal = question.goal or _usual(workspace, _goals(page))
    return _table(page, question, _found(workspace, page, question, goal)).csv()


def _found(workspace: Workspace, page: ReportPage, question: Question, goal: str) -> Attribution:
    return attribution(workspace, page.query(compare=None), goal, question.by, int(question.window), page.now)


def _goals(page: ReportPage) -> list[str]:
    """What people did on purpose, by name, most frequent first."""
    asked = page.query("events", dimensions=("event", "type"), compare=None, limit=200, totals=False)
    try:
        rows = run(asked, page.now).rows
    except QueryError:
        return []
    return list(dict.fromkeys(name for name, kind in (row.keys for row in rows) if kind in DELIBERATE))


def _usual(workspace: Workspace, goals: list[str]) -> str:
    paid = names_of(workspace)["payment_completed"]
    return next((name for name in goals if name in paid), goals[0] if goals else "purchase")


def _table(page: ReportPage, question: Question, found: Attribution) -> Table:
    columns = [Column(BY[question.by]), *(Column(label, True, "Conversions") for label in MODELS.values())]
    columns.append(Column(f"Value, {MODELS[question.model].lower()}", True))
    rows = [[_key(page, question, key), *_cells(question, found.rows[key], found)] for key in _ordered(question, found)]
    if found.unattributed:
        nobody = Cell("Unattributed", "(unattributed)", "No visit with a page view in the days before.")
        rows.append([nobody, *_cells(question, found.unattributed, found)])
    nothing = "Nobody converted in this period. Choose another event or a longer period."
    return Table("Attribution", columns, rows, nothing, icon="arrow-trending-up", has_receipts=True)


def _ordered(question: Question, found: Attribution) -> list[str]:
    return sorted(found.rows, key=lambda key: (-found.rows[key].conversions[question.model], key))


def behind(page: ReportPage, question: Question, row: int, column: int) -> Behind | None:
    """Who converted with credit to the row; below them all, those whom nothing led here."""
    if not 1 <= column <= len(MODELS):
        return None
    workspace, model = workspace_of(page), list(MODELS)[column - 1]
    goal = question.goal or _usual(workspace, _goals(page))
    found = _found(workspace, page, question, goal)
    keys = [*_ordered(question, found), *([None] if found.unattributed else [])]
    if row >= len(keys):
        return None
    key, days = keys[row], int(question.window)
    sql, bound = people_in(workspace, page.query(compare=None), goal, question.by, days, model, key)
    what = "no touch" if key is None else f"{MODELS[model].lower()} {shown_value(question.by, key)}"
    return Behind(f"People who did {goal}, {what}, {spans.span(page.period)}", sql, bound)


def _key(page: ReportPage, question: Question, key: str) -> Cell:
    if question.by == "country":
        return tables.country(key)
    return Cell(shown_value(question.by, key), key)


def _cells(question: Question, credit: Credit, found: Attribution) -> list[Cell]:
    cells = []
    for model in MODELS:
        number, total = credit.conversions[model], found.total(model)
        share = numbers.share(number / total if total else None)
        cells.append(
            Cell(f"{number:,.1f}".removesuffix(".0"), int(number) if number.is_integer() else number, note=share)
        )
    return [*cells, amounts.cell(credit.value[question.model])]


REPORT = Report(
    "attribution", "Attribution", "analytics/reports/attribution.html", "attribution", read, show, table, False,
    needs("analyse"), behind=behind,
)  # fmt: skip
