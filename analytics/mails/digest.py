"""What changed, and what contributed most: the rise or fall of visitors, told by sources, pages, countries, devices."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analytics.query import run_many
from analytics.query.catalogue import METRICS, dimension
from analytics.query.page import PageQuery
from analytics.templatetags import numbers
from analytics.views.said import shown_value

DIMENSIONS = ("source", "page", "country", "device")
GROUPS = 500  # compared; smaller ones hardly contribute
NAMED = 3
METRIC = "visitors"


@dataclass(frozen=True)
class Contributor:
    label: str
    change: str  # "+80"


@dataclass(frozen=True)
class Part:
    """Of one dimension, the largest contribution first."""

    label: str
    contributors: list[Contributor]

    @property
    def text(self) -> str:
        return ", ".join(f"{each.label} {each.change}" for each in self.contributors)


@dataclass(frozen=True)
class Digest:
    sentence: str
    parts: list[Part]


def digest(page: PageQuery) -> Digest:
    """Of a page that has a comparison."""
    whole = page.query(METRIC, compare=None)
    before = replace(whole, period=page.compare or page.period)
    asked = [
        replace(query, dimensions=(name,), limit=GROUPS, totals=False)
        for name in DIMENSIONS
        for query in (whole, before)
    ]
    now_total, before_total, *found = run_many([whole, before, *asked], page.now)
    totals = [each.totals[METRIC] or 0 for each in (now_total, before_total)]
    groups = [{row.keys[0]: row.values[METRIC] or 0 for row in result.rows} for result in found]
    direction = totals[0] - totals[1]
    parts = [
        Part(dimension(name).label, _named(name, contributors(now, then, direction)))
        for name, now, then in zip(DIMENSIONS, groups[::2], groups[1::2], strict=True)
    ]
    return Digest(sentence(*totals), [part for part in parts if part.contributors])


def sentence(now: float, before: float) -> str:
    label = METRICS[METRIC].label
    if now == before:
        return f"{label} stayed at {numbers.exact(now)}."
    word = "rose" if now > before else "fell"
    share = f" ({numbers.change((now - before) / before * 100)})" if before else ""
    return f"{label} {word} from {numbers.exact(before)} to {numbers.exact(now)}{share}."


def contributors(now: Mapping[str, float], before: Mapping[str, float], direction: float) -> list[tuple[str, float]]:
    """The groups that moved most, in the direction of the whole; where that stayed, in either. None that stayed.

    Visitors of two groups can be the same people, so parts need not add up to the whole.
    """
    changes = {key: now.get(key, 0) - before.get(key, 0) for key in {*now, *before}}
    moved = [(key, change) for key, change in changes.items() if change * direction > 0 or (change and not direction)]
    return sorted(moved, key=lambda each: (-abs(each[1]), each[0]))[:NAMED]


def _named(name: str, found: list[tuple[str, float]]) -> list[Contributor]:
    return [Contributor(shown_value(name, key), signed(change)) for key, change in found]


def signed(change: float) -> str:
    return f"{'+' if change > 0 else '−'}{numbers.exact(abs(change))}"
