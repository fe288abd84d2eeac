"""Paths as nodes and links: in each step the most frequent ones, all others together."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from analytics.query.model import Query
from analytics.query.reporting import report
from analytics.reports.paths.model import Paths
from analytics.reports.paths.statement import statement
from analytics.reports.ranks import MASK, RANK

# A node as the statement has it: its step, and the rank of its label. Rank 0 is all others of that step. There are up
# to 20,000 rows, and numbers are hashed ten times as fast as a dataclass.
Place = int
ENDED: Place = 0


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
    ((names, places, following, visits),) = reported.rows[0].rows
    shown = _shown(places, visits, asked.top)
    flows: dict[tuple[Place, Place], int] = {}
    for here, there, count in zip(places, following, visits, strict=True):
        way = shown.get(here, here & ~MASK), shown.get(there, there & ~MASK)
        flows[way] = flows.get(way, 0) + count
    return _told(asked, flows, names, reported.as_of)


def _shown(places: list[Place], visits: list[int], top: int) -> dict[Place, Place]:
    """Those told by themselves: of each step the most frequent, of equal ones the first by name."""
    counts: dict[Place, int] = {}
    for place, count in zip(places, visits, strict=True):
        counts[place] = counts.get(place, 0) + count
    steps: defaultdict[int, list[Place]] = defaultdict(list)
    for place in sorted(counts, key=lambda each: (-counts[each], each)):
        steps[place >> RANK].append(place)
    return {place: place for found in steps.values() for place in found[:top]}


def _told(asked: Paths, flows: dict[tuple[Place, Place], int], names: list[str], as_of: datetime) -> Answer:
    nodes: Counter[Node] = Counter()
    ended: Counter[Node] = Counter()
    links = []
    for (here, there), visits in flows.items():
        node = _node(here, names)
        nodes[node] += visits
        if there != ENDED:
            links.append(Link(node, _node(there, names), visits))
        elif node.step < asked.steps:
            ended[node] += visits
    links.sort(key=lambda link: (-link.visits, link.source, link.target))
    return Answer(nodes, links, ended, _visits(asked, nodes), as_of)


def _node(place: Place, names: list[str]) -> Node:
    step, rank = place >> RANK, place & MASK
    return Node(step, names[rank - 1]) if rank else Node(step, "", is_other=True)


def _visits(asked: Paths, nodes: Counter[Node]) -> int:
    """Every visit is in the step of the anchor, or in the first."""
    step = asked.steps if asked.end else 1
    return sum(visits for node, visits in nodes.items() if node.step == step)
