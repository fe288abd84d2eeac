"""Web reports and visits in plain Python: every event is looked at, nothing is grouped by an engine.

A visit is told by its definition (definitions: 30 minutes, the nearest visit takes a late event, a closed tab lengthens
nothing), not by the writer's code.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.tests.world import Sent

Row = dict[str, Any]
TIMEOUT_MS = 30 * 60_000
ON_PURPOSE = {"click", "search", "custom"}


@dataclass
class Visit:
    visitor: int
    start: int
    stop: int
    events: list[Sent] = field(default_factory=list)

    def row(self) -> Row:
        views = sorted((each for each in self.events if each.type == "page_view"), key=lambda each: each.at_ms)
        engaged = sum(each.fields.get("engaged_ms", 0) for each in self.events)
        purpose = any(each.type in ON_PURPOSE for each in self.events)
        return {
            "visitor_id": str(self.visitor), "started_ms": self.start, "ended_ms": self.stop,
            "events": len(self.events), "pageviews": len(views), "engaged_ms": engaged,
            "entry_page": views[0].path if views else "", "exit_page": views[-1].path if views else "",
            "bounce": int(len(views) == 1 and not purpose and engaged < 10_000),
        }  # fmt: skip


def visits(batches: Iterable[Sequence[Sent]]) -> list[Visit]:
    """Events of a batch are taken in the order of their times, batches as they arrived."""
    known: list[Visit] = []
    for sent in (each for batch in batches for each in sorted(batch, key=lambda each: each.at_ms)):
        at, own = sent.at_ms, [each for each in known if each.visitor == sent.visitor]
        near = [each for each in own if each.start - TIMEOUT_MS <= at <= each.stop + TIMEOUT_MS]
        if near:
            visit = min(near, key=lambda each: (max(each.start - at, at - each.stop, 0), each.start))
            visit.start, visit.stop = min(visit.start, at), max(visit.stop, at)
        elif own and sent.type == "page_exit":
            visit = max(own, key=lambda each: each.stop)
        else:
            visit = Visit(sent.visitor, at, at)
            known.append(visit)
        visit.events.append(sent)
    return known


def reports(sent: Sequence[Sent]) -> dict[str, dict[str, Row]]:
    """What each report says of these events: report → row's key → its numbers."""
    links = [each for each in sent if each.type == "click"]
    return {
        "engagement": _by(sent, _page, lambda each: each.type in ("page_view", "page_exit"), _engagement),
        "scroll": _by(sent, _page, lambda each: each.fields.get("scroll", 0) > 0, _scroll),
        "search": _by(sent, lambda each: _text(each, "query").strip().lower(), _searched, _search),
        "outbound": _by(links, _href, lambda each: _text(each, "link") == "outbound", _clicks),
        "downloads": _by(links, _href, lambda each: _text(each, "link") == "download", _clicks),
        "not_found": _by(sent, _page, lambda each: _text(each, "status") == "404", _missed),
        "vitals": _by(sent, _page, lambda each: each.name == "web_vitals", _vitals),
    }


def _by(
    sent: Iterable[Sent], key: Callable[[Sent], str], fits: Callable[[Sent], bool], told: Callable[[list[Sent]], Row]
) -> dict[str, Row]:
    groups = defaultdict(list)
    for each in sent:
        if fits(each):
            groups[key(each)].append(each)
    return {name: told(group) for name, group in groups.items()}


def _page(sent: Sent) -> str:
    return sent.path


def _href(sent: Sent) -> str:
    return _text(sent, "href")


def _text(sent: Sent, name: str) -> str:
    return str(sent.fields.get("props", {}).get(name, ""))


def _searched(sent: Sent) -> bool:
    return sent.type == "search" and _text(sent, "query") != ""


def _people(group: list[Sent]) -> int:
    return len({each.visitor for each in group})


def _engagement(group: list[Sent]) -> Row:
    views = sum(each.type == "page_view" for each in group)
    total = sum(each.fields.get("engaged_ms", 0) for each in group) / 1000
    mean = total / views if views else None
    return {"pageviews": views, "visitors": _people(group), "engaged_time": mean, "engaged_total": total}


def _scroll(group: list[Sent]) -> Row:
    deepest: Counter[int] = Counter()
    for each in group:
        deepest[each.visitor] = max(deepest[each.visitor], each.fields["scroll"])
    count = len(deepest)
    depth, ends = sum(deepest.values()) / count, sum(depth >= 90 for depth in deepest.values())
    return {"visitors": count, "depth": depth, "to_end": 100 * ends / count}


def _search(group: list[Sent]) -> Row:
    return {"searches": len(group), "visitors": _people(group), "pages": len({each.path for each in group})}


def _clicks(group: list[Sent]) -> Row:
    return {"clicks": len(group), "visitors": _people(group)}


def _missed(group: list[Sent]) -> Row:
    return {"views": len(group), "visitors": _people(group), "from": ""}  # everybody came by themselves


def _vitals(group: list[Sent]) -> Row:
    measured = sorted(float(_text(each, "lcp")) for each in group)
    place = 0.75 * (len(measured) - 1)
    low, part = int(place), place % 1
    high = measured[min(low + 1, len(measured) - 1)]
    third = measured[low] + part * (high - measured[low])
    return {"views": len(group), "lcp": third, "inp": None, "cls": None, "fcp": None, "ttfb": None}
