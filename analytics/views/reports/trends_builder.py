"""The sentence of a trend: every word of it is a menu of links to the trend as it would be."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from analytics import models
from analytics.query.catalogue import DIMENSIONS, METRICS, dimension
from analytics.query.model import Condition, Filter
from analytics.reports.names import event_names, property_keys
from analytics.reports.trends import LETTERS, SHOWS, SMOOTHS, Custom, Series, Trend
from analytics.views.menus import Item
from analytics.views.reports.frame import ReportPage
from analytics.views.reports.trends_examples import EXAMPLES
from analytics.views.said import said
from workspaces.models import Workspace

TOPS = (3, 5, 10, 25)
Menu = list[Item]


@dataclass(frozen=True)
class Word:
    """A condition of a series, and the trend without it."""

    text: str
    remove_href: str


@dataclass(frozen=True)
class SeriesRow:
    letter: str
    colour: int
    measure: str
    description: str
    metrics: Menu
    event: str  # "any event", or the name of one
    events: Menu
    conditions: list[Word]
    is_saved: bool
    narrow_href: str  # the state that the filter builder adds to
    remove_href: str  # empty: the only one there is


@dataclass(frozen=True)
class Builder:
    series: list[SeriesRow]
    saved: Menu
    add_href: str
    by: str
    dimensions: Menu
    properties: Menu
    top: str
    tops: Menu
    shows: Menu
    smooth: str
    smooths: Menu
    interval: str
    intervals: Menu
    formula: str
    fields: list[tuple[str, str]]  # hidden, beside the formula
    save_href: str
    examples: Menu
    alert_href: str


def builder(workspace: Workspace, page: ReportPage, asked: Trend) -> Builder:
    usual = page.query()
    names, keys = event_names(usual, page.now), property_keys(usual, page.now)
    saved = models.SavedMetric.objects.filter(workspace=workspace)
    return Builder(
        series=[_row(page, asked, place, names) for place in range(len(asked.series))],
        saved=[
            Item(each.name, _with(page, asked, len(asked.series), Custom(str(each.uid), each.name))) for each in saved
        ]
        if len(asked.series) < len(LETTERS)
        else [],
        add_href=_with(page, asked, len(asked.series), Series("visitors")) if len(asked.series) < len(LETTERS) else "",
        by=dimension(asked.by).label if asked.by else "nothing",
        dimensions=[_by(page, asked, "", "Nothing"), *(_by(page, asked, n, d.label) for n, d in DIMENSIONS.items())],
        properties=[_by(page, asked, name, dimension(name).label) for name in keys],
        top=f"top {asked.top}",
        tops=[Item(f"top {n}", _url(page, replace(asked, top=n)), n == asked.top) for n in TOPS],
        shows=[
            Item(label, _url(page, replace(asked, show=name)), name == asked.show)  # type: ignore[arg-type]
            for name, label in SHOWS.items()
        ],
        smooth=SMOOTHS[asked.smooth],
        smooths=[
            Item(label.capitalize(), _url(page, replace(asked, smooth=name)), name == asked.smooth)
            for name, label in SMOOTHS.items()
        ],
        interval=page.interval,
        intervals=[Item(f"By {each}", page.url(interval=each), each == page.interval) for each in page.intervals],
        formula=asked.formula_text,
        fields=[pair for pair in asked.parameters if pair[0] != "formula"],
        examples=[Item(label, _url(page, each), each == asked) for label, each in EXAMPLES.items()],
        save_href=reverse("metric_new", args=[workspace.slug]) + page.url(),
        alert_href=reverse("alert_new", args=[workspace.slug]) + _watched(page, asked),
    )


def _watched(page: ReportPage, asked: Trend) -> str:
    """What an alert would watch: the series, with the page's filters where there is one only."""
    first = asked.series[0]
    own = [("s", each.text) for each in asked.series] + [("formula", asked.formula_text)]
    if isinstance(first, Series) and len(asked.series) == 1 and not asked.formula:
        own = [("s", replace(first, conditions=(*first.conditions, *page.filters)).text)]
    elif not asked.formula:
        own = [("s", first.text)]
    return "?" + urlencode([pair for pair in [*own, ("env", page.environment)] if pair[1]], safe="/,:;()*|")


def _url(page: ReportPage, asked: Trend) -> str:
    return page.asking(asked).url()


def _with(page: ReportPage, asked: Trend, place: int, series: Series | Custom | None) -> str:
    """With another series at that place; None takes it away, and a formula that may mean it."""
    before, after = asked.series[:place], asked.series[place + 1 :]
    if series:
        return _url(page, replace(asked, series=(*before, series, *after)))
    return _url(page, replace(asked, series=before + after, formula=None, formula_text=""))


def _row(page: ReportPage, asked: Trend, place: int, names: list[str]) -> SeriesRow:
    series = asked.series[place]
    letter = LETTERS[place]
    remove = _with(page, asked, place, None) if len(asked.series) > 1 else ""
    if isinstance(series, Custom):
        label = series.label
        return SeriesRow(letter, place + 1, label, "A saved metric", [], "", [], [], True, "", remove)
    about = [each for each in series.conditions if _is_event(each)]
    return SeriesRow(
        letter=letter,
        colour=place + 1,
        measure=METRICS[series.metric].label,
        description=METRICS[series.metric].description,
        metrics=[
            Item(each.label, _with(page, asked, place, replace(series, metric=name)), name == series.metric)
            for name, each in METRICS.items()
            if name != "exit_rate"  # of pages, and without a series
        ],
        event=about[0].values[0] if about and isinstance(about[0], Filter) else "any event",
        events=[_event(page, asked, place, series, name) for name in ["", *names]],
        conditions=[
            Word(said(each), _without(page, asked, place, series, each))
            for each in series.conditions
            if each not in about
        ],
        is_saved=False,
        narrow_href=page.asking(asked).url(into=letter),
        remove_href=remove,
    )


def _is_event(given: Condition) -> bool:
    return isinstance(given, Filter) and (given.dimension, given.operator, len(given.values)) == ("event", "is", 1)


def _event(page: ReportPage, asked: Trend, place: int, series: Series, name: str) -> Item:
    """The same series about another event; the first choice of an event counts it."""
    others = tuple(each for each in series.conditions if not _is_event(each))
    chosen = (Filter("event", "is", (name,)),) if name else ()
    is_current = chosen == tuple(each for each in series.conditions if _is_event(each))
    metric = series.metric
    if name and len(others) == len(series.conditions) and metric in ("pageviews", "completions"):
        metric = "events"
    return Item(name or "any event", _with(page, asked, place, Series(metric, chosen + others)), is_current)


def _without(page: ReportPage, asked: Trend, place: int, series: Series, gone: Condition) -> str:
    kept = tuple(each for each in series.conditions if each != gone)
    return _with(page, asked, place, replace(series, conditions=kept))


def _by(page: ReportPage, asked: Trend, name: str, label: str) -> Item:
    return Item(label, _url(page, replace(asked, by=name)), name == asked.by)
