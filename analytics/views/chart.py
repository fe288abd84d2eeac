"""The main series, as numbers for charts.js and as rows for the table behind the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from analytics import annotations
from analytics.models import Annotation
from analytics.query.catalogue import METRICS
from analytics.query.condition_text import to_text
from analytics.query.model import Interval, Result
from analytics.query.page import PageQuery
from analytics.views import figures, spans
from analytics.views.menus import Item

ZOOMABLE = ("day", "week", "month")  # a period is made of whole days


@dataclass(frozen=True)
class Row:
    title: str
    value: str
    before: str
    partial: bool


@dataclass(frozen=True)
class Chart:
    label: str
    description: str  # of the metric
    period: str
    compared: str  # empty: no comparison
    interval: Interval
    intervals: list[Item]
    rows: list[Row]
    data: dict[str, Any]
    csv_href: str
    receipt_href: str
    notes: Sequence[Annotation]
    alert_query: str  # of an alert on what is drawn


def chart(
    page: PageQuery, result: Result, csv_href: str, receipt_href: str = "", notes: Sequence[Annotation] = ()
) -> Chart:
    starts = [datetime.fromisoformat(row.keys[0]) for row in result.rows]
    return Chart(
        label=METRICS[page.metric].label,
        description=METRICS[page.metric].description,
        period=spans.span(page.period),
        compared=spans.span(page.compare) if page.compare else "",
        interval=page.interval,
        intervals=[Item(f"By {each}", page.url(interval=each), each == page.interval) for each in page.intervals],
        rows=[_row(page, result, index, start) for index, start in enumerate(starts)],
        data=_data(page, result, starts) | annotations.drawn(notes, starts, page.zone),
        csv_href=csv_href,
        receipt_href=receipt_href,
        notes=notes,
        alert_query=_watched(page),
    )


def _watched(page: PageQuery) -> str:
    pairs = [("m", page.metric), *(("f", to_text(each)) for each in page.filters), ("env", page.environment)]
    return "?" + urlencode(pairs, safe="/,:;()*|")


def _row(page: PageQuery, result: Result, index: int, start: datetime) -> Row:
    row = result.rows[index]
    return Row(
        title=spans.long(start, page.interval),
        value=figures.exact_text(page.metric, row.values[page.metric]),
        before=figures.exact_text(page.metric, (row.before or {}).get(page.metric)),
        partial=row.partial and row.values[page.metric] is not None,
    )


def _data(page: PageQuery, result: Result, starts: list[datetime]) -> dict[str, Any]:
    """Parallel lists, one entry for each bucket; `partial` is the place of the one that is not over yet."""
    values = [row.values[page.metric] for row in result.rows]
    return {
        "label": METRICS[page.metric].label,
        "unit": METRICS[page.metric].unit,
        "labels": [spans.short(start, page.interval) for start in starts],
        "titles": [spans.long(start, page.interval) for start in starts],
        "values": values,
        "partial": next((n for n, row in enumerate(result.rows) if row.partial and values[n] is not None), None),
        "before": [(row.before or {}).get(page.metric) for row in result.rows] if page.compare else None,
        "before_titles": [spans.long(start - _shift(page), page.interval) for start in starts],
        "zoom": _zoom(page, starts),
    }


def _shift(page: PageQuery) -> timedelta:
    """How far back the comparison lies, in days: a bucket at 9:00 is compared with one at 9:00 by the wall clock."""
    return timedelta((page.period.start.date() - page.compare.start.date()).days) if page.compare else timedelta()


def _zoom(page: PageQuery, starts: list[datetime]) -> list[str] | None:
    """For each bucket the page of that bucket alone."""
    if page.interval not in ZOOMABLE or len(starts) < 2:
        return None
    ends = [*starts[1:], page.period.end]
    days = [(start.date(), (end - timedelta(microseconds=1)).date()) for start, end in zip(starts, ends, strict=True)]
    return [page.url(period="custom", **{"from": first.isoformat(), "to": last.isoformat()}) for first, last in days]
