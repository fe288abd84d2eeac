"""The controls above the overview. Every one is a link or a GET form that carries the whole state of the page."""

from dataclasses import dataclass
from datetime import timedelta

from analytics.query.catalogue import DIMENSIONS, OPERATORS, dimension
from analytics.query.comparison import COMPARES, INCOMPARABLE, MATCHES
from analytics.query.model import Condition, Filter, Period
from analytics.query.page import PageQuery
from analytics.query.parse import MAX_DAYS
from analytics.query.periods import PRESETS
from analytics.query.profiles import OURS, PROFILES, Profile
from analytics.views import spans
from analytics.views.menus import Item
from analytics.views.said import said, shown_value

# As the menu shows them, in groups. `custom` has a dialog of its own.
PERIODS = (
    ("realtime", "24h"),
    ("day", "yesterday"),
    ("7d", "28d", "30d", "91d"),
    ("month", "last_month", "year"),
    ("6mo", "12mo", "all"),
)
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Pill:
    dimension: str
    operator: str
    label: str
    operator_label: str
    shown: str
    value: str  # as the filter builder takes it
    remove_href: str


@dataclass(frozen=True)
class Toolbar:
    environment: str
    period_label: str
    shown: tuple[Period, Period | None]  # and what it is compared with
    periods: list[list[Item]]
    is_custom: bool
    previous_href: str | None
    next_href: str | None
    realtime_href: str
    compare_label: str
    compares: list[Item]
    matches: list[Item]
    environments: list[Item]
    bots: Item
    profile: str  # whose definitions; '' ours
    profiles: list[Item]
    profile_says: str
    pills: list[Pill]
    clear_href: str
    dimensions: Fields
    operators: Fields
    state: Fields  # hidden fields of the filter builder
    custom_state: Fields  # hidden fields of the date form
    first_day: str
    last_day: str
    today: str
    most_days: int = MAX_DAYS  # of a range

    @property
    def deleted(self) -> str:
        """A sentence where events of the period or of its comparison are deleted. Asks the database."""
        return spans.deleted(*self.shown)


def toolbar(page: PageQuery, is_profiled: bool = False) -> Toolbar:
    """`is_profiled`: the page can count as other tools do."""
    last = page.period.end - timedelta(microseconds=1)
    return Toolbar(
        environment=page.environment,
        period_label=spans.label(page.period),
        shown=(page.period, page.compare),
        periods=[[_period(page, key) for key in group] for group in PERIODS],
        is_custom=page.period.key == "custom",
        previous_href=page.previous_url(),
        next_href=page.next_url(),
        realtime_href=page.url(period="realtime"),
        compare_label=f"vs {COMPARES[page.compare_mode].lower()}" if page.compare else COMPARES["off"],
        compares=[] if page.period.key in INCOMPARABLE else _compares(page),
        matches=_matches(page),
        environments=[
            Item("Live data", page.url(env="live"), page.environment == "live"),
            Item("Test data", page.url(env="test"), page.environment == "test"),
        ],
        bots=Item("Include known bots", page.url(bots=None if page.bots else "1"), page.bots),
        profile=PROFILES[page.profile].label if page.profile else "",
        profiles=[_profile(page, each) for each in PROFILES.values()] if is_profiled else [],
        profile_says=PROFILES[page.profile].says if page.profile else "",
        pills=[_pill(page, index, each) for index, each in enumerate(page.filters)],
        clear_href=page.without_filters().url(),
        dimensions=[(name, each.label) for name, each in DIMENSIONS.items()],
        operators=[(name, label) for name, (label, _) in OPERATORS.items()],
        state=page.parameters,
        custom_state=[pair for pair in page.parameters if pair[0] not in ("period", "from", "to", "interval")],
        first_day=page.period.start.date().isoformat(),
        last_day=last.date().isoformat(),
        today=page.now.astimezone(page.period.start.tzinfo).date().isoformat(),
    )


def _period(page: PageQuery, key: str) -> Item:
    preset = PRESETS[key]
    return Item(preset.label, page.url(period=key), page.period.key == key, preset.shortcut.lower())


def _profile(page: PageQuery, each: Profile) -> Item:
    name = "" if each.name == OURS else each.name
    return Item(each.label, page.url(profile=name or None), page.profile == name)


def _compares(page: PageQuery) -> list[Item]:
    """X switches the comparison off, or back on."""
    pressed_by_x = "off" if page.compare else "previous"
    return [
        Item(label, page.url(compare=mode), mode == page.compare_mode, "x" if mode == pressed_by_x else "")
        for mode, label in COMPARES.items()
        if mode != "custom"
    ]


def _matches(page: PageQuery) -> list[Item]:
    if not page.compare or page.compare_mode == "custom":
        return []
    return [Item(label, page.url(match=match), match == page.match) for match, label in MATCHES.items()]


def _pill(page: PageQuery, index: int, given: Condition) -> Pill:
    """A filter can be changed in the builder; what nests is shown as a sentence, to be taken away."""
    if not isinstance(given, Filter):
        return Pill("", "", said(given), "", "", "", page.without_filter(index).url())
    shown = [shown_value(given.dimension, value) for value in given.values]
    return Pill(
        dimension=given.dimension,
        operator=given.operator,
        label=dimension(given.dimension).label,
        operator_label=OPERATORS[given.operator][0],
        shown=" or ".join(shown),
        value="|".join(given.values),
        remove_href=page.without_filter(index).url(),
    )
