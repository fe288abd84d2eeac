"""The figures on top of the overview. A click on one puts it on the chart."""

from dataclasses import dataclass

from analytics.query.catalogue import METRICS
from analytics.query.compare import percent_change
from analytics.query.model import Result
from analytics.query.page import PageQuery
from analytics.query.plan import chooses_events
from analytics.templatetags import numbers
from analytics.views import figures

SHOWN = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration")
# Where the filters choose events, the question is who of all did that, and how often; page views there are none.
OF_EVENTS = ("visitors", "visits", "events", "conversion_rate", "bounce_rate", "visit_duration")


@dataclass(frozen=True)
class Tile:
    name: str
    label: str
    description: str
    value: str
    exact: str
    delta: figures.Delta | None
    note: str
    ours: str  # the number by our own definitions, and how far this one is from it; '' for our own
    href: str
    current: bool


def _shown(page: PageQuery) -> tuple[str, ...]:
    return OF_EVENTS if chooses_events(page.filters) else SHOWN


def tile_metrics(page: PageQuery) -> tuple[str, ...]:
    """What to ask for, so that `tiles` can be made of the answer."""
    return (*_shown(page), "visit_duration_median")


def tiles(page: PageQuery, result: Result, ours: Result | None = None) -> list[Tile]:
    """`ours`: the same by our own definitions, where the page counts as another tool does."""
    return [_tile(page, result, name, ours) for name in _shown(page)]


def _tile(page: PageQuery, result: Result, name: str, ours: Result | None) -> Tile:
    metric = METRICS[name]
    return Tile(
        name=name,
        label=metric.label,
        description=metric.description,
        value=figures.text(name, result.totals[name]),
        exact=figures.exact_text(name, result.totals[name]),
        delta=figures.delta(result, name),
        note=_median(result) if name == "visit_duration" else "",
        ours=_against(name, result.totals[name], ours.totals[name]) if ours else "",
        href=page.url(metric=name),
        current=page.metric == name,
    )


def _against(name: str, value: float | None, own: float | None) -> str:
    """“ours 1,234, 3 % more”: the other tool's number against it."""
    if value is None or own is None:
        return f"ours {figures.text(name, own)}"
    change = percent_change(name, own, value)
    shown = numbers.points(change) if METRICS[name].unit == "percent" else numbers.change(change)
    return f"ours {figures.text(name, own)}" + (f", {shown}" if change else ", the same")


def _median(result: Result) -> str:
    """A mean alone misleads where a few visits last for hours."""
    median = result.totals["visit_duration_median"]
    return "" if median is None else f"median {figures.text('visit_duration_median', median)}"
