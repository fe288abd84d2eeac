"""Paths as nodes and links: in each step the most frequent ones, all others together."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from analytics.query.model import Query
from analytics.query.reporting import report
from analytics.reports.paths.model import Paths
from analytics.reports.paths.statement import statement

OTHERS = None
Row = tuple[int, str, str, int]  # step, from, to, visits
# A node while it is counted: there are up to 20,000 rows, and tuples are hashed five times as fast as a dataclass.
Place = tuple[int, str | None]


@dataclass(frozen=True, order=True)
class Node:
    step: int  # from 1
    label: str
    is_other: bool = False


@dataclass(frozen=True)
class Link:
    source: Node
    target: Node
    visits: int


@dataclass(frozen=True)
class Answer:
    nodes: dict[Node, int]  # with the visits that were there
    links: list[Link]  # most frequent first
    ended: dict[Node, int]  # visits that went no further
    visits: int
    as_of: datetime


def answer(asked: Paths, query: Query, now: datetime) -> Answer:
    reported = report(query.dataset_id, [statement(asked, query)], now)
    rows: list[Row] = list(reported.rows[0].rows)
    shown = _shown(rows, asked.top)
    nodes: Counter[Place] = Counter()
    links: Counter[tuple[Place, Place]] = Counter()
    ended: Counter[Place] = Counter()
    for step, source, target, visits in rows:
        here = (step, source if source in shown[step] else OTHERS)
        nodes[here] += visits
        if step == asked.steps:
            continue
        if target:
            links[here, (step + 1, target if target in shown[step + 1] else OTHERS)] += visits
        else:
            ended[here] += visits
    found = [Link(_node(here), _node(there), visits) for (here, there), visits in links.items()]
    found.sort(key=lambda link: (-link.visits, link.source, link.target))
    return Answer(_by_node(nodes), found, _by_node(ended), _visits(asked, nodes), reported.as_of)


def _shown(rows: list[Row], top: int) -> defaultdict[int, set[str]]:
    """The labels of each step that are told by themselves."""
    here: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for step, source, _, visits in rows:
        here[step][source] += visits
    return defaultdict(set, {step: {label for label, _ in _most(counts, top)} for step, counts in here.items()})


def _by_node(counts: Counter[Place]) -> dict[Node, int]:
    return {_node(place): visits for place, visits in counts.items()}


def _node(place: Place) -> Node:
    step, label = place
    return Node(step, "", is_other=True) if label is OTHERS else Node(step, label)


def _most(counts: Counter[str], top: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:top]


def _visits(asked: Paths, nodes: Counter[Place]) -> int:
    """Every visit is in the step of the anchor, or in the first."""
    step = asked.steps if asked.end else 1
    return sum(visits for place, visits in nodes.items() if place[0] == step)
