"""The figures on top of the overview. A click on one puts it on the chart."""

from dataclasses import dataclass

from analytics.query.catalogue import METRICS
from analytics.query.model import Result
from analytics.query.page import PageQuery
from analytics.views import figures

SHOWN = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration")
ASKED = (*SHOWN, "visit_duration_median")


@dataclass(frozen=True)
class Tile:
    name: str
    label: str
    description: str
    value: str
    exact: str
    delta: figures.Delta | None
    note: str
    href: str
    current: bool


def tiles(page: PageQuery, result: Result) -> list[Tile]:
    return [_tile(page, result, name) for name in SHOWN]


def _tile(page: PageQuery, result: Result, name: str) -> Tile:
    metric = METRICS[name]
    return Tile(
        name=name,
        label=metric.label,
        description=metric.description,
        value=figures.text(name, result.totals[name]),
        exact=figures.exact_text(name, result.totals[name]),
        delta=figures.delta(result, name),
        note=_median(result) if name == "visit_duration" else "",
        href=page.url(metric=name),
        current=page.metric == name,
    )


def _median(result: Result) -> str:
    """A mean alone misleads where a few visits last for hours."""
    median = result.totals["visit_duration_median"]
    return "" if median is None else f"median {figures.text('visit_duration_median', median)}"
