"""Funnels: the page and its CSV."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from analytics.query.scope import Parameters
from analytics.reports.behind import Behind
from analytics.reports.funnel import Answer, Funnel, Group, answer
from analytics.reports.funnel.answer import percent
from analytics.reports.funnel.model import DURATIONS, UNITS
from analytics.reports.funnel.read import check_named, from_params
from analytics.reports.funnel.statement import reached
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.reports import tables
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.funnel_builder import LETTERS, builder, narrowed
from analytics.views.reports.steps import step_said
from analytics.views.reports.tables import Cell, Column, Table
from analytics.views.said import shown_value
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs


@dataclass(frozen=True)
class Bar:
    """A step of everybody's funnel."""

    letter: str
    label: str
    reached: str
    width: float  # percent of the first step
    of_first: str
    of_previous: str
    median: str  # from the first step; '' for the first itself
    dropped: str
    reached_href: str
    dropped_href: str  # '' for the last step


def read(params: QueryDict, page: ReportPage) -> Funnel:
    return from_params(params, page.saved)


def show(request: WorkspaceRequest, page: ReportPage, asked: Funnel) -> dict[str, Any]:
    found = answer(asked, page.query(compare=None), page.interval, page.now)
    zone = page.period.start.tzinfo
    people = reverse("funnel_people", args=[request.workspace.slug])
    return {
        "builder": builder(page, asked),
        "bars": bars(page, asked, found, people),
        "unit": UNITS[asked.per],
        "rate": numbers.percent(found.everybody.conversion_rate),
        "entered": numbers.exact(found.everybody.steps[0].reached),
        "converted": numbers.exact(found.everybody.steps[-1].reached),
        "took": numbers.duration(found.everybody.steps[-1].median_seconds),
        "is_open": found.open,
        "is_empty": not found.everybody.steps[0].reached,
        "histogram": _histogram(found),
        "trend": _trend(page, found),
        "trend_rows": [
            (spans.long(point.start, page.interval), point.entered, point.converted,
             numbers.percent(percent(point.converted, point.entered)))
            for point in found.trend
        ],
        "groups": _groups(page, asked, found, people),
        "period": spans.span(page.period),
        "as_of": found.as_of.astimezone(zone),
        "zone": page.zone,
    }  # fmt: skip


def table(page: ReportPage, asked: Funnel) -> Iterable[Iterable[object]]:
    """A row for each step of each group; the group of everybody comes first and is called so."""
    found = answer(asked, page.query(compare=None), None, page.now)
    yield ["group", "step", "event", UNITS[asked.per], "of first (%)", "of previous (%)", "median (s)", "mean (s)"]
    for group, label in [(found.everybody, "(everybody)"), *((each, _label(asked, each)) for each in found.groups)]:
        for place, step in enumerate(group.steps):
            before = group.steps[max(0, place - 1)].reached
            rates = [percent(step.reached, group.steps[0].reached), percent(step.reached, before)]
            yield [label, LETTERS[place], step_said(asked.steps[place]), step.reached, *map(_rounded, rates),
                   step.median_seconds, step.mean_seconds]  # fmt: skip


def behind(page: ReportPage, asked: Funnel, row: int, column: int) -> Behind | None:
    """Of everybody's steps; those of a group are listed by its value (funnel_people)."""
    if asked.per != "person" or row >= len(asked.steps) or column != 3:
        return None
    bound = Parameters()
    sql = reached(asked, page.query(compare=None), row + 1, bound)
    return Behind(f"People that reached “{step_said(asked.steps[row])}”", sql, bound)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def bars(page: ReportPage, asked: Funnel, found: Answer, people: str = "") -> list[Bar]:
    """`people` is the address of who they are; without it nothing leads there."""
    steps = found.everybody.steps
    made = []
    for place, step in enumerate(steps):
        before, first = steps[max(0, place - 1)].reached, steps[0].reached
        following = steps[place + 1].reached if place + 1 < len(steps) else None
        made.append(
            Bar(
                letter=LETTERS[place],
                label=step_said(asked.steps[place]),
                reached=numbers.exact(step.reached),
                width=round(percent(step.reached, first) or 0, 2),
                of_first=numbers.percent(percent(step.reached, first)),
                of_previous=numbers.percent(percent(step.reached, before)),
                median=numbers.duration(step.median_seconds) if place else "",
                dropped="" if following is None else numbers.exact(step.reached - following),
                reached_href=people and people + page.url(at=place + 1),
                dropped_href=people + page.url(at=place + 1, dropped=1) if people and following is not None else "",
            )
        )
    return made


def _histogram(found: Answer) -> list[tuple[str, str, float]]:
    """(span, how many, percent of the longest bar), up to the last span that anybody needed."""
    most = max(found.histogram, default=0)
    if not most:
        return []
    words = [_span(each) for each in DURATIONS]
    labels = [f"under {words[0]}", *(f"{a} – {b}" for a, b in zip(words, words[1:], strict=False)), f"over {words[-1]}"]
    needed = max(place for place, count in enumerate(found.histogram) if count) + 1
    rows = list(zip(labels, found.histogram, strict=True))[:needed]
    return [(label, numbers.exact(count), round(100 * count / most, 1)) for label, count in rows]


def _span(seconds: int) -> str:
    """10 s, 5 min, 3 h, 14 d: the ends of bars are whole."""
    size, unit = next((size, unit) for size, unit in SPANS if seconds >= size)
    return f"{seconds // size}{numbers.NARROW}{unit}"


def _trend(page: ReportPage, found: Answer) -> dict[str, Any]:
    """Conversion by the bucket of the first step, for the chart."""
    starts = [point.start for point in found.trend]
    rates = [percent(point.converted, point.entered) for point in found.trend]
    return {
        "unit": "percent",
        "kind": "line",
        "labels": [spans.short(start, page.interval) for start in starts],
        "titles": [spans.long(start, page.interval) for start in starts],
        "partial": None,
        "lines": [{"label": "Conversion rate", "values": rates, "before": None, "colour": "1"}],
    }


def _groups(page: ReportPage, asked: Funnel, found: Answer, people: str) -> Table | None:
    """`people` is the address of who they are."""
    if not asked.by:
        return None
    columns = [Column(REPORTED.get(asked.attribution, "Value"))]
    columns += [Column(f"{LETTERS[place]} {step_said(step)}", True) for place, step in enumerate(asked.steps)]
    columns += [Column("Conversion", True), Column("Median time", True)]
    first = count(len(asked.steps), len(asked.steps))  # rows of the CSV
    rows = [_group(page, asked, group, people, row) for row, group in zip(first, found.groups, strict=False)]
    return Table("Conversion by group", columns, rows, "Nobody took the first step in this period.")


def _group(page: ReportPage, asked: Funnel, group: Group, people: str, row: int) -> list[Cell]:
    last = row + len(asked.steps) - 1
    reached = [
        replace(tables.count(step.reached, _who(page, people, group, at)), receipt=f"row={row + at - 1}&column=3")
        for at, step in enumerate(group.steps, 1)
    ]
    return [
        Cell(_label(asked, group), group.value),
        *reached,
        replace(tables.percent(group.conversion_rate), receipt=f"row={last}&column=4"),
        replace(tables.seconds(group.steps[-1].median_seconds), receipt=f"row={last}&column=6"),
    ]


def _who(page: ReportPage, people: str, group: Group, step: int) -> str:
    """The rest of the groups together have no value to list them by."""
    return "" if group.is_other or not group.steps[step - 1].reached else people + page.url(at=step, group=group.value)


SPANS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
REPORTED = {"first": "Value at the first step", "last": "Value at the last step taken"}


def _label(asked: Funnel, group: Group) -> str:
    return "Other" if group.is_other else shown_value(asked.by, group.value)


REPORT = Report[Funnel](
    name="funnel",
    title="Funnels",
    template="analytics/reports/funnel.html",
    docs="funnels",
    read=read,
    show=show,
    table=table,
    check_named=check_named,
    is_compared=False,
    needs=needs("analyse"),
    narrowed=narrowed,
    behind=behind,
    steps=lambda asked: dict(zip(LETTERS, asked.steps, strict=False)),
)
