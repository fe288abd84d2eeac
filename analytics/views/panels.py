"""The panels below the chart: which there are, what their tabs ask, and how an answer becomes rows.

A panel's chosen tab stands in the URL under the panel's name: ?pages=entry_page&places=city.
"""

from dataclasses import dataclass, replace

from django.http import QueryDict

from analytics.query.model import Filter, Query
from analytics.query.page import PageQuery
from analytics.query.plan import chooses_events, names_deed

ROWS = 10
RATE = "group_conversion_rate"
# What a visitor does on purpose. Page views have a panel of their own; scrolling and leaving say little by name.
DELIBERATE = Filter("type", "is", ("custom", "goal", "click", "form_submit", "search"))


@dataclass(frozen=True)
class Tab:
    """`metrics[0]` orders the rows and draws the bars; `share_of` is the total behind the percentages, if any."""

    name: str  # in the URL, in the CSV's address
    label: str
    dimension: str
    metrics: tuple[str, ...] = ("visitors",)
    share_of: str | None = "visitors"
    nothing: str = "Nothing here in this period."
    filters: tuple[Filter, ...] = ()
    in_detail: tuple[str, ...] = ("visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration")

    def on(self, page: PageQuery) -> "Tab":
        """Where the page's filters choose events: which share of each row's visitors did that, in place of page views,
        of which there are none, and of the row's share of those who did."""
        if names_deed(self.dimension) or not chooses_events(page.filters):
            return self
        in_detail = ("events" if name == "pageviews" else name for name in self.in_detail)
        return replace(self, metrics=(self.metrics[0], RATE), share_of=None, in_detail=(*in_detail, RATE))

    def query(self, page: PageQuery, limit: int = ROWS, metrics: tuple[str, ...] = ()) -> Query:
        return page.query(
            *(metrics or self.metrics),
            dimensions=(self.dimension,),
            filters=self.filters,
            limit=limit,
            compare=None,
            totals=False,
        )


@dataclass(frozen=True)
class Panel:
    name: str
    label: str
    tabs: tuple[Tab, ...]
    wide: bool = False

    def chosen(self, params: QueryDict) -> Tab:
        return next((tab for tab in self.tabs if tab.name == params.get(self.name)), self.tabs[0])


def _campaign(name: str, label: str) -> Tab:
    return Tab(name, label, name, nothing="No visit came through a tagged link in this period.")


PANELS = (
    Panel(
        "sources",
        "Sources",
        (
            Tab("source", "Sources", "source"),
            Tab("channel", "Channels", "channel"),
            Tab("referrer", "Referrers", "referrer"),
            _campaign("utm_campaign", "Campaigns"),
            _campaign("utm_source", "UTM sources"),
            _campaign("utm_medium", "UTM media"),
        ),
    ),
    Panel(
        "pages",
        "Pages",
        (
            Tab(
                "page", "Pages", "page", ("visitors", "pageviews"),
                in_detail=("visitors", "visits", "pageviews", "engaged_time", "exit_rate"),
            ),
            Tab(
                "entry_page", "Entry pages", "entry_page", ("visits",), share_of="visits",
                in_detail=("visits", "visitors", "views_per_visit", "bounce_rate", "visit_duration"),
            ),
            Tab(
                "exit_page", "Exit pages", "exit_page", ("exits",), share_of="visits",
                in_detail=("exits", "visits", "visitors", "visit_duration"),
            ),
        ),
    ),
    Panel(
        "places",
        "Places",
        (
            Tab("country", "Countries", "country"),
            Tab("region", "Regions", "region"),
            Tab("city", "Cities", "city"),
            Tab("language", "Languages", "language"),
        ),
        wide=True,
    ),
    Panel(
        "technology",
        "Technology",
        (
            Tab("browser", "Browsers", "browser"),
            Tab("os", "Systems", "os"),
            Tab("device", "Devices", "device"),
            Tab("screen", "Screens", "screen"),
        ),
    ),
    Panel(
        "behaviour",
        "Behaviour",
        (
            Tab(
                "goal", "Goals", "goal", ("visitors", "completions", "conversion_rate"), share_of=None,
                nothing="No goal was reached in this period.", in_detail=("visitors", "completions", "conversion_rate"),
            ),
            Tab(
                "event", "Events", "event", ("visitors", "events"), filters=(DELIBERATE,),
                nothing="No click, form, search or event of your own in this period.",
                in_detail=("visitors", "visits", "events", "conversion_rate"),
            ),
        ),
    ),
)  # fmt: skip

TABS: dict[str, Tab] = {tab.name: tab for panel in PANELS for tab in panel.tabs}
MAPPED = "country"  # the tab that has a map beside its list
COUNTRIES = 250


def panel_of(tab: Tab) -> Panel:
    return next(panel for panel in PANELS if tab.name in [each.name for each in panel.tabs])


def chosen_tabs(params: QueryDict) -> dict[str, str]:
    """The tabs that differ from the first one, as parameters of the URL."""
    chosen = {panel.name: panel.chosen(params).name for panel in PANELS}
    return {panel.name: chosen[panel.name] for panel in PANELS if chosen[panel.name] != panel.tabs[0].name}
