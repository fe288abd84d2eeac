"""Trends: the page and its CSV. The sentence is made in trends_builder, the result in trends_result."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from analytics import annotations
from analytics.query.condition_text import to_text
from analytics.query.model import Condition, Filter, Period, QueryError
from analytics.query.people import people_of
from analytics.reports.behind import Behind
from analytics.reports.trends import LETTERS, Series, Trend, answer
from analytics.reports.trends.read import from_params
from analytics.views import spans
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.trends_builder import builder
from analytics.views.reports.trends_result import label_of, shown
from workspaces.access import WorkspaceRequest


def read(params: QueryDict, page: ReportPage) -> Trend:
    return from_params(params, page.saved)


def show(request: WorkspaceRequest, page: ReportPage, asked: Trend) -> dict[str, Any]:
    found = answer(page, asked, page.now)
    receipt = reverse("receipt", args=[request.workspace.slug])
    notes = annotations.of_period(request.workspace, request.user, page.period)
    trend = shown(page, asked, found, receipt)
    if not asked.formula:  # which counts nobody
        trend.data["people"] = reverse("trends_behind", args=[request.workspace.slug]) + page.url()
    trend.data.update(annotations.drawn(notes, found.starts, page.zone))
    return sentence(request, page, asked) | {"trend": trend, "notes": notes}


def sentence(request: WorkspaceRequest, page: ReportPage, asked: Trend) -> dict[str, Any]:
    return {"builder": builder(request.workspace, page, asked)}


def narrowed(asked: Trend, into: str, added: Condition) -> Trend:
    """One of its series, by letter, with one condition more."""
    place = LETTERS.find(into)
    if not 0 <= place < len(asked.series) or not isinstance(asked.series[place], Series):
        raise QueryError(f"There is no series {into!r} to narrow.", "into")
    one = asked.series[place]
    assert isinstance(one, Series)
    if to_text(added) in map(to_text, one.conditions):
        return asked
    series = list(asked.series)
    series[place] = replace(one, conditions=(*one.conditions, added))
    return replace(asked, series=tuple(series))


def table(page: ReportPage, asked: Trend) -> Iterable[Iterable[object]]:
    """A row for each bucket, a column for each line."""
    found = answer(page, asked, page.now)
    labels = [label_of(page, asked, line) for line in found.lines]
    yield ["start", *labels, *(f"before: {label}" for label in labels if page.compare)]
    before = [line.before or [] for line in found.lines] if page.compare else []
    for place, start in enumerate(found.starts):
        columns = [line.values for line in found.lines] + before
        yield [start.isoformat(), *(values[place] for values in columns)]


def behind(page: ReportPage, asked: Trend, row: int, column: int) -> Behind | None:
    """Who did what one bucket of one line counts. Formulas, saved metrics and the rest of a breakdown count nobody."""
    found = answer(page, asked, page.now)
    if row >= len(found.starts) or not 1 <= column <= len(found.lines):
        return None
    line = found.lines[column - 1]
    series = asked.series[LETTERS.index(line.letter)] if line.letter else None
    if not isinstance(series, Series) or line.is_other:
        return None
    group = (Filter(asked.by, "is", (line.group,)),) if asked.by else ()
    end = [*found.starts[1:], page.period.end][row]
    asking = page.query(series.metric, filters=(*series.conditions, *group), compare=None)
    sql, bound = people_of(replace(asking, period=Period(page.period.key, found.starts[row], end)))
    return Behind(f"{label_of(page, asked, line)}, {spans.long(found.starts[row], page.interval)}", sql, bound)


REPORT = Report[Trend](
    name="trends",
    title="Trends",
    template="analytics/reports/trends.html",
    docs="trends",
    read=read,
    show=show,
    table=table,
    narrowed=narrowed,
    behind=behind,
    sentence=sentence,
    is_profiled=True,
)
