"""Paths as nodes and links: in each step the most frequent ones, all others together."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from analytics.query.model import Query
from analytics.query.reporting import report
from analytics.reports.paths.model import Paths
from analytics.reports.paths.statement import statement


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
    rows: list[tuple[int, str, str, int]] = list(reported.rows[0].rows)
    here: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for step, source, _, visits in rows:
        here[step][source] += visits
    shown = {step: {label for label, _ in _most(counts, asked.top)} for step, counts in here.items()}

    def node(step: int, label: str) -> Node:
        return Node(step, label) if label in shown.get(step, ()) else Node(step, "", is_other=True)

    nodes: Counter[Node] = Counter()
    links: Counter[tuple[Node, Node]] = Counter()
    ended: Counter[Node] = Counter()
    for step, source, target, visits in rows:
        nodes[node(step, source)] += visits
        if target and step < asked.steps:
            links[node(step, source), node(step + 1, target)] += visits
        elif step < asked.steps:
            ended[node(step, source)] += visits
    found = [Link(*ends, visits) for ends, visits in sorted(links.items(), key=lambda each: (-each[1], each[0]))]
    return Answer(dict(nodes), found, dict(ended), _visits(asked, nodes), reported.as_of)


def _most(counts: Counter[str], top: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:top]


def _visits(asked: Paths, nodes: Counter[Node]) -> int:
    """Every visit is in the step of the anchor, or in the first."""
    step = asked.steps if asked.end else 1
    return sum(visits for node, visits in nodes.items() if node.step == step)
