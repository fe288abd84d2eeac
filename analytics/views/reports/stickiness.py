"""Stickiness: the page, and its CSV."""

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict

from analytics.query.gaps import edges
from analytics.reports.behind import Behind
from analytics.reports.stickiness import Stickiness, answer, from_params, people_in
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.reports.activity import active_row, intervals, narrowed
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Fact
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs


def read(params: QueryDict, page: ReportPage) -> Stickiness:
    return from_params(params, page.saved)


def show(request: WorkspaceRequest, page: ReportPage, asked: Stickiness) -> dict[str, Any]:
    found = answer(asked, page.query(compare=None), page.interval, page.now)
    unit, most = page.interval, max(found.exact, default=0)
    return {
        "active": active_row(page, asked),
        "intervals": intervals(page),
        "facts": [
            Fact("DAU / MAU", numbers.percent(found.ratio), "Of the people of 30 days, the share on a mean day"),
            Fact("On a mean day", f"{found.daily:,.1f}", "Mean of the last 30 days up to the end of the period"),
            Fact("In 7 days", numbers.exact(found.weekly), "The last 7 days up to the end of the period"),
            Fact("In 30 days", numbers.exact(found.monthly), "The last 30 days up to the end of the period"),
        ],
        "rows": [
            (f"{n} {unit}{'s' if n > 1 else ''}", numbers.exact(count), numbers.exact(least),
             numbers.percent(100 * least / found.people), round(100 * count / most, 1))
            for n, (count, least) in enumerate(zip(found.exact, found.cumulative, strict=True), 1)
            if least
        ],
        "unit": unit,
        "clipped": found.clipped,
        "is_empty": not found.people,
        "period": spans.span(page.period),
        "as_of": found.as_of.astimezone(page.period.start.tzinfo),
        "zone": page.zone,
    }  # fmt: skip


def behind(page: ReportPage, asked: Stickiness, row: int, column: int) -> Behind | None:
    starts = edges(page.period, page.interval)
    if row >= len(starts) or column not in (1, 2):
        return None
    sql, bound = people_in(asked, page.query(compare=None), starts, row + 1, column == 1)
    often = f"{'' if column == 1 else 'at least '}{row + 1} {page.interval}{'s' if row else ''}"
    return Behind(f"People active on {often}, {spans.span(page.period)}", sql, bound)


def table(page: ReportPage, asked: Stickiness) -> Iterable[Iterable[object]]:
    found = answer(asked, page.query(compare=None), page.interval, page.now)
    yield [f"{page.interval}s", "people", "people with at least as many"]
    for n, counts in enumerate(zip(found.exact, found.cumulative, strict=True), 1):
        if counts[1]:  # nobody was active more often
            yield [n, *counts]


REPORT = Report[Stickiness](
    name="stickiness",
    title="Stickiness",
    template="analytics/reports/stickiness.html",
    docs="stickiness",
    read=read,
    show=show,
    table=table,
    is_compared=False,
    needs=needs("analyse"),
    narrowed=narrowed,
    behind=behind,
    steps=lambda asked: {"A": asked.active},
)
