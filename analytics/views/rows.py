"""Rows of a panel: label, bar, numbers, and where a click leads."""

from dataclasses import dataclass
from urllib.parse import urlencode

from analytics import countries
from analytics.query.catalogue import METRICS, dimension
from analytics.query.condition_text import to_text
from analytics.query.model import Filter, Result
from analytics.query.model import Row as Group
from analytics.query.page import PageQuery
from analytics.templatetags import numbers
from analytics.views import figures
from analytics.views.panels import Tab
from analytics.views.said import shown_value

DEVICE_ICONS = {
    "desktop": "computer-desktop",
    "phone": "device-phone-mobile",
    "tablet": "device-tablet",
    "tv": "tv",
}
LEVELS = 5
HEADINGS = {  # where the label is too wide
    "conversion_rate": "Rate",
    "group_conversion_rate": "Rate",
    "completions": "Times",
    "pageviews": "Views",
}


@dataclass(frozen=True)
class Column:
    label: str
    is_share: bool = False
    description: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    title: str
    is_share: bool = False
    receipt: str = ""  # the query string of its receipt


@dataclass(frozen=True)
class PanelRow:
    label: str
    href: str
    bar: str  # percent of the longest bar, written for the drawing: a template would look up how people write numbers
    cells: list[Cell]
    flag: str  # path of a static file, or empty
    icon: str
    outside: str  # the page itself, out on the web


@dataclass(frozen=True)
class Table:
    heading: str
    columns: list[Column]
    rows: list[PanelRow]
    nothing: str


@dataclass(frozen=True)
class Place:
    """A country on the map; `level` 1 to 5 is its fifth among those with visitors."""

    code: str
    label: str
    value: str
    level: int
    href: str


def table(page: PageQuery, tab: Tab, groups: list[Group], total: float | None, host: str) -> Table:
    """`total` is what the shares are parts of; None leaves them out. `host` is the website's, for links to it."""
    columns = [
        Column(HEADINGS.get(name, METRICS[name].label), description=METRICS[name].description) for name in tab.metrics
    ]
    shares = tab.share_of is not None
    receipts = {name: page.url(metric=name, by=None) for name in tab.metrics}
    most = max((group.values[tab.metrics[0]] or 0 for group in groups), default=0)
    return Table(
        heading=dimension(tab.dimension).label,
        columns=columns + [Column("Share", is_share=True)] * shares,
        rows=[_row(page, tab, group, most, total, host, receipts) for group in groups],
        nothing=tab.nothing,
    )


def _row(
    page: PageQuery, tab: Tab, group: Group, most: float, total: float | None, host: str, receipts: dict[str, str]
) -> PanelRow:
    key = group.keys[0]
    value, about = group.values[tab.metrics[0]] or 0, _about(tab, key)
    cells = [_cell(name, group.values[name], f"{receipts[name]}&{about}") for name in tab.metrics]
    return PanelRow(
        label=shown_value(tab.dimension, key),
        href=filtered(page, tab.dimension, key),
        bar=f"{100 * value / most:.1f}" if most else "0",
        cells=cells + _share(tab, value, total),
        flag=flag(tab.dimension, key),
        icon=DEVICE_ICONS.get(key, "") if tab.dimension == "device" else "",
        outside=outside(tab.dimension, key, host),
    )


def _cell(metric: str, value: float | None, receipt: str) -> Cell:
    return Cell(figures.text(metric, value), figures.exact_text(metric, value), receipt=receipt)


def receipt_of(page: PageQuery, tab: Tab, metric: str, group: Group) -> str:
    """The query string of the receipt of one number in a row."""
    return f"{page.url(metric=metric, by=None)}&{_about(tab, group.keys[0])}"


def _about(tab: Tab, key: str) -> str:
    own = [("c", to_text(each)) for each in tab.filters]
    return urlencode([("by", tab.dimension), ("value", key), *own], safe="/,:")


def _share(tab: Tab, value: float, total: float | None) -> list[Cell]:
    if tab.share_of is None:
        return []
    part = numbers.share(value / total if total else None)
    return [Cell(part, f"{part} of all {METRICS[tab.share_of].label.lower()}", is_share=True)]


def filtered(page: PageQuery, name: str, value: str) -> str:
    return page.narrowed_url(Filter(name, "is", (value,)))


def flag(name: str, value: str) -> str:
    return f"flags/{value}.svg" if name == "country" and value in countries.names() else ""


def outside(name: str, value: str, host: str) -> str:
    """Where a row can be opened on the web. Only http addresses: a referrer is whatever a browser sent."""
    if name in ("page", "entry_page", "exit_page") and host and value.startswith("/"):
        return f"https://{host}{value}"
    return value if name == "referrer" and value.startswith(("https://", "http://")) else ""


def places(page: PageQuery, result: Result, metric: str = "visitors") -> list[Place]:
    """The countries with a code, coloured by fifths, so that one large country does not leave the others pale."""
    groups = [group for group in result.rows if group.keys[0] in countries.names()]
    count = len(groups)
    return [
        Place(
            code=group.keys[0],
            label=countries.name_of(group.keys[0]),
            value=figures.exact_text(metric, group.values[metric]),
            level=LEVELS - place * LEVELS // count,
            href=filtered(page, "country", group.keys[0]),
        )
        for place, group in enumerate(groups)
    ]
