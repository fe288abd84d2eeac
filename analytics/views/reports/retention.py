"""Retention: the page, and its CSV."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from django.http import QueryDict

from analytics.query.model import Condition, Filter, QueryError
from analytics.reports.behind import Behind
from analytics.reports.names import event_names
from analytics.reports.retention import Answer, Cell, Retention, answer
from analytics.reports.retention.buckets import buckets, fits
from analytics.reports.retention.model import CAME, CLOCKS, UNITS, WHO, Unit
from analytics.reports.retention.read import from_params
from analytics.reports.retention.statement import people_in
from analytics.reports.steps import ANYTHING, Step
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.menus import Item
from analytics.views.reports.choices import choices
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.steps import StepRow, step_row, with_condition
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs

COLUMNS = (4, 8, 12, 30)
HEAT = 10  # shades of a cell
EXAMPLES = {
    "Everybody who comes back": Retention(),
    "SaaS: sign-up to any use, by week": Retention(
        begin=(Filter("event", "is", ("signup_completed",)),), unit="week", columns=12
    ),
    "Shop: buyers who buy again, by month": Retention(
        begin=(Filter("event", "is", ("purchase",)),), back=(Filter("event", "is", ("purchase",)),), unit="month"
    ),
    "Content: readers, in the first, second and later weeks": Retention(
        begin=(Filter("type", "is", ("page_view",)),), back=(Filter("type", "is", ("page_view",)),),
        brackets=((1, 7), (8, 14), (15, 28)),
    ),
    "Portfolio: visitors who come back to make contact, by week": Retention(
        back=(Filter("event", "is", ("contact",)),), unit="week"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    text: str
    title: str
    heat: int  # 0 … HEAT
    incomplete: bool


def read(params: QueryDict, page: ReportPage) -> Retention:
    """Where none is named, the shortest unit that the period has room for: twelve months go by week."""
    asked = from_params(params, page.saved)
    units: tuple[Unit, ...] = ("day", "week", "month")
    unit = next((each for each in units if fits(each, page.period)), asked.unit)
    return asked if params.get("unit") else replace(asked, unit=unit)


def show(request: WorkspaceRequest, page: ReportPage, asked: Retention) -> dict[str, Any]:
    found = answer(asked, page.query(compare=None), page.now)
    names = event_names(page.query(compare=None), page.now)
    return {
        "begin": _step(page, asked, "begin", names),
        "back": _step(page, asked, "back", names),
        "whos": choices(page, asked, "who", WHO),
        "who": WHO[asked.who],
        "units": _units(page, asked),
        "clocks": choices(page, asked, "clock", CLOCKS),
        "clock": CLOCKS[asked.clock],
        "cames": choices(page, asked, "came", {name: text.format(unit=asked.unit) for name, text in CAME.items()}),
        "came": CAME[asked.came].format(unit=asked.unit),
        "columns": [_column(page, asked, n) for n in COLUMNS],
        "column_count": "brackets" if asked.brackets else str(asked.columns),
        "examples": [Item(label, _url(page, each)) for label, each in EXAMPLES.items()],
        **grid(asked, found),
        "as_of": found.as_of.astimezone(page.period.start.tzinfo),
        "zone": page.zone,
    }  # fmt: skip


def grid(asked: Retention, found: Answer) -> dict[str, Any]:
    """What the table of templates/analytics/reports/_retention.html needs."""
    most = max((cell.rate or 0 for row in found.rows for cell in row.cells if cell), default=0)
    return {
        "heads": heads(asked),
        "rows": [
            (
                spans.long(row.start, asked.unit),
                row.clipped,
                numbers.exact(row.began),
                [_shown(cell, most) for cell in row.cells],
            )
            for row in found.rows
        ],
        "unit": asked.unit,
        "average": [_average(each, most) for each in found.average],
        "is_empty": not any(row.began for row in found.rows),
    }


def table(page: ReportPage, asked: Retention) -> Iterable[Iterable[object]]:
    """A row for each unit; for each column how many came back, and whether the unit is over for all of them; at last
    whether the period has only a part of the row's unit."""
    found = answer(asked, page.query(compare=None), page.now)
    named = heads(asked)
    yield [asked.unit, "people", *named, *(f"{name} complete" for name in named), "clipped"]
    for row in found.rows:
        counts = [None if cell is None else cell.count for cell in row.cells]
        complete = [None if cell is None else str(not cell.incomplete).lower() for cell in row.cells]
        yield [row.start.isoformat(), row.began, *counts, *complete, str(row.clipped).lower()]


def behind(page: ReportPage, asked: Retention, row: int, column: int) -> Behind | None:
    """Column 1: who began; from 2 on: who came back."""
    count, starts = buckets(asked, page.period)
    if row >= count or not 1 <= column < 2 + len(asked.spans):
        return None
    sql, bound = people_in(asked, page.query(compare=None), row, column - 2 if column > 1 else None, starts)
    began = f"began {spans.long(starts[row], asked.unit)}"
    title = f"People who {began}" + (f" and came back, {heads(asked)[column - 2].lower()}" if column > 1 else "")
    return Behind(title, sql, bound)


def heads(asked: Retention) -> list[str]:
    name = asked.unit.capitalize()
    return [f"{name} {a}" if a == b else f"{name}s {a}–{b}" for a, b in asked.spans]


def narrowed(asked: Retention, into: str, added: Condition) -> Retention:
    if into not in ("begin", "back"):
        raise QueryError("Narrow `begin` or `back`.", "into")
    parts: dict[str, Any] = {into: with_condition(_own(getattr(asked, into)), added)}
    return replace(asked, **parts)


def total(found: Answer) -> int:
    return sum(row.began for row in found.rows)


def _units(page: ReportPage, asked: Retention) -> list[Item]:
    """Those the period has room for; hours come with a period that has room for them."""
    found = [each for each in choices(page, asked, "unit", UNITS) if fits(cast(Unit, each.label), page.period)]
    by_hour = page.asking(replace(asked, unit="hour")).url(period="24h")
    return found if fits("hour", page.period) else [Item("hour, of the last 24 hours", by_hour), *found]


def _column(page: ReportPage, asked: Retention, count: int) -> Item:
    is_current = count == asked.columns and not asked.brackets
    return Item(str(count), _url(page, replace(asked, columns=count, brackets=())), is_current)


def _own(step: Step) -> Step:
    return () if step == ANYTHING else step


def _url(page: ReportPage, asked: Retention) -> str:
    return page.asking(asked).url()


def _step(page: ReportPage, asked: Retention, name: str, names: list[str]) -> StepRow:
    step: Step = getattr(asked, name)

    def put(other: Step | None) -> str:
        parts: dict[str, Any] = {name: other or ANYTHING}
        return _url(page, replace(asked, **parts))

    row = step_row("A" if name == "begin" else "B", _own(step), names, put, page.asking(asked).url(into=name), False)
    return replace(row, events=[Item("any event", put(None), step == ANYTHING), *row.events])


def _shown(cell: Cell | None, most: float) -> Shown | None:
    if cell is None or cell.rate is None:
        return None
    title = f"{cell.count:,} people" + (" so far" if cell.incomplete else "")
    return Shown(numbers.percent(cell.rate), title, _heat(cell.rate, most), cell.incomplete)


def _average(rate: float | None, most: float) -> Shown | None:
    return None if rate is None else Shown(numbers.percent(rate), "Of the complete cells", _heat(rate, most), False)


def _heat(rate: float, most: float) -> int:
    """The darkest cell is the highest rate of the table: where a tenth comes back, differences are seen too."""
    return round(HEAT * rate / most) if most else 0


REPORT = Report[Retention](
    name="retention",
    title="Retention",
    template="analytics/reports/retention.html",
    docs="retention",
    read=read,
    show=show,
    table=table,
    is_compared=False,
    needs=needs("analyse"),
    narrowed=narrowed,
    behind=behind,
    steps=lambda asked: {"A": asked.begin, "B": asked.back},
)
