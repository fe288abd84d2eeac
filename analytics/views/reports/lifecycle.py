"""Lifecycle: the page, and its CSV."""

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from analytics.query.gaps import edges
from analytics.reports.behind import Behind
from analytics.reports.lifecycle import STATES, Answer, Lifecycle, answer, from_params, people_in
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.reports.activity import active_row, intervals, narrowed
from analytics.views.reports.frame import Report, ReportPage
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs

COLOURS = {"new": "1", "returning": "3", "resurrected": "4", "dormant": "2"}


def read(params: QueryDict, page: ReportPage) -> Lifecycle:
    return from_params(params, page.saved)


def show(request: WorkspaceRequest, page: ReportPage, asked: Lifecycle) -> dict[str, Any]:
    found = answer(asked, page.query(compare=None), page.interval, page.now)
    people = reverse("lifecycle_behind", args=[request.workspace.slug]) + page.url()
    return {
        "active": active_row(page, asked),
        "intervals": intervals(page),
        "data": _data(page, found) | {"people": people},
        "legend": [(state, COLOURS[state]) for state in STATES],
        "rows": [
            (spans.long(each.start, page.interval), [numbers.exact(each.people[state]) for state in STATES],
             "–" if each.pulse is None else f"{each.pulse:.2f}", each.partial, each.clipped)
            for each in found.buckets
        ],
        "states": STATES,
        "is_empty": not any(any(each.people.values()) for each in found.buckets),
        "period": spans.span(page.period),
        "as_of": found.as_of.astimezone(page.period.start.tzinfo),
        "zone": page.zone,
    }  # fmt: skip


def behind(page: ReportPage, asked: Lifecycle, row: int, column: int) -> Behind | None:
    starts = edges(page.period, page.interval)
    if row >= len(starts) or not 1 <= column <= len(STATES):
        return None
    state = STATES[column - 1]
    sql, bound = people_in(asked, page.query(compare=None), page.interval, row, state, starts)
    return Behind(f"{state.capitalize()} people, {spans.long(starts[row], page.interval)}", sql, bound)


def table(page: ReportPage, asked: Lifecycle) -> Iterable[Iterable[object]]:
    found = answer(asked, page.query(compare=None), page.interval, page.now)
    yield ["start", *STATES, "pulse"]
    for each in found.buckets:
        yield [each.start.isoformat(), *(each.people[state] for state in STATES), each.pulse]


def _data(page: ReportPage, found: Answer) -> dict[str, Any]:
    """Who stayed away hangs below the line."""
    signs = dict.fromkeys(STATES, 1) | {"dormant": -1}
    return {
        "unit": "count",
        "kind": "bar",
        "is_mirrored": True,
        "labels": [spans.short(each.start, page.interval) for each in found.buckets],
        "titles": [spans.long(each.start, page.interval) for each in found.buckets],
        "partial": next((n for n, each in enumerate(found.buckets) if each.partial), None),
        "lines": [
            {
                "label": state.capitalize(),
                "values": [signs[state] * each.people[state] for each in found.buckets],
                "before": None,
                "colour": COLOURS[state],
            }
            for state in STATES
        ],
    }


REPORT = Report[Lifecycle](
    name="lifecycle",
    title="Lifecycle",
    template="analytics/reports/lifecycle.html",
    docs="lifecycle",
    read=read,
    show=show,
    table=table,
    is_compared=False,
    needs=needs("analyse"),
    narrowed=narrowed,
    behind=behind,
    steps=lambda asked: {"A": asked.active},
)
