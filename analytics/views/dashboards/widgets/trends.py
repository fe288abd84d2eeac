"""Number and series: a trend as one figure with a small line, or as a chart."""

from collections.abc import Iterable
from typing import Any

from analytics import annotations
from analytics.query.catalogue import METRICS
from analytics.reports.trends import Line, Series, Trend, answer
from analytics.reports.trends.answer import parts
from analytics.templatetags import numbers
from analytics.views.dashboards.page import DashboardPage
from analytics.views.dashboards.widgets import missing
from analytics.views.figures import FORMATS, Delta
from analytics.views.reports import trends as report
from analytics.views.reports.trends_result import label_of, shown, unit_of
from analytics.views.reports.trends_result import text as exact_text

SPARK_WIDTH, SPARK_HEIGHT = 100, 24


def number(page: DashboardPage, asked: Trend) -> dict[str, Any]:
    found = answer(page, asked, page.now)
    (line,) = found.lines
    unit = unit_of(asked, line)
    return {
        "label": label_of(page, asked, line),
        "value": FORMATS[unit](line.total),
        "exact": exact_text(unit, line.total),
        "before": exact_text(unit, line.total_before) if page.compare else "",
        "delta": _delta(asked, line),
        "spark": spark(line.values),
    }


def series(page: DashboardPage, asked: Trend) -> dict[str, Any]:
    found = answer(page, asked, page.now)
    trend = shown(page, asked, found, "")
    if not page.is_outside:  # what members told each other stays with them
        trend.data.update(annotations.drawn(page.notes, found.starts, page.zone))
    conditions = [each for measure in asked.series for series in parts(measure) for each in series.conditions]
    return {"trend": trend, "nothing": missing.said(conditions, asked.by)}


def number_table(page: DashboardPage, asked: Trend) -> Iterable[Iterable[object]]:
    (line,) = answer(page, asked, page.now).lines
    yield ["metric", "value", "before"]
    yield [label_of(page, asked, line), line.total, line.total_before]


def series_table(page: DashboardPage, asked: Trend) -> Iterable[Iterable[object]]:
    return report.table(page, asked)


def figure(page: DashboardPage, asked: Trend) -> float | None:
    """The value of a number widget."""
    return answer(page, asked, page.now).lines[0].total


def as_text(asked: Trend, value: float | None) -> str:
    return FORMATS[asked.unit](value)


def spark(values: list[float | None]) -> str:
    """The points of a polyline over SPARK_WIDTH × SPARK_HEIGHT; empty where there is no line to draw."""
    known = [value or 0 for value in values]
    most = max(known, default=0)
    if len(known) < 2 or not most:
        return ""
    step = SPARK_WIDTH / (len(known) - 1)
    return " ".join(
        f"{place * step:.1f},{SPARK_HEIGHT - 1 - (SPARK_HEIGHT - 2) * value / most:.1f}"
        for place, value in enumerate(known)
    )


def _delta(asked: Trend, line: Line) -> Delta | None:
    """The change, judged by whether more is better where one metric says so."""
    now, before, unit = line.total, line.total_before, unit_of(asked, line)
    if now is None or before is None or (not before and not now):
        return None
    title = f"Before: {exact_text(unit, before)}"
    if not before:
        return Delta("new", title, up=True, better=_likes_up(asked))
    changed = now - before if unit == "percent" else (now - before) / before * 100
    up = None if round(changed, int(unit == "percent")) == 0 else changed > 0
    likes = _likes_up(asked)
    better = None if up is None or likes is None else up == likes
    return Delta(numbers.points(changed) if unit == "percent" else numbers.change(changed), title, up, better)


def _likes_up(asked: Trend) -> bool | None:
    first = asked.series[0]
    return METRICS[first.metric].higher_is_better if isinstance(first, Series) and not asked.formula else None
