"""Where the nodes and links of paths stand: columns from left to right, each as high as its visits are many."""

from collections import defaultdict
from dataclasses import dataclass

from analytics.reports.paths.answer import Answer, Node

COLUMN, NODE, GAP, HEIGHT, LEAST, HEAD = 210, 12, 14, 420, 3, 8  # pixels of the drawing


@dataclass(frozen=True)
class Box:
    node: Node
    visits: int
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Band:
    source: Node
    target: Node
    visits: int
    path: str  # of SVG
    width: float


@dataclass(frozen=True)
class Drawing:
    boxes: list[Box]
    bands: list[Band]
    width: int
    height: int


def draw(found: Answer) -> Drawing:
    columns: defaultdict[int, list[Node]] = defaultdict(list)
    for node in sorted(found.nodes, key=lambda node: (node.is_other, -found.nodes[node], node.label)):
        columns[node.step].append(node)
    totals = {step: sum(found.nodes[node] for node in nodes) for step, nodes in columns.items()}
    scale = HEIGHT / max(totals.values(), default=1)
    boxes = {box.node: box for step, nodes in columns.items() for box in _column(found, step, nodes, scale)}
    height = max((box.y + box.height for box in boxes.values()), default=0)
    width = (max(columns, default=1) - 1) * COLUMN + COLUMN
    return Drawing(list(boxes.values()), _bands(found, boxes, scale), width, round(height) + HEAD)


def _column(found: Answer, step: int, nodes: list[Node], scale: float) -> list[Box]:
    boxes, y = [], float(HEAD)
    for node in nodes:
        height = max(LEAST, found.nodes[node] * scale)
        boxes.append(Box(node, found.nodes[node], (step - 1) * COLUMN, round(y, 1), round(height, 1)))
        y += height + GAP
    return boxes


def _bands(found: Answer, boxes: dict[Node, Box], scale: float) -> list[Band]:
    """A link leaves its node below those before it, and arrives in the same way: bands do not cover one another."""
    leaving: defaultdict[Node, float] = defaultdict(float)
    arriving: defaultdict[Node, float] = defaultdict(float)
    bands = []
    ordered = sorted(found.links, key=lambda link: (boxes[link.source].y, boxes[link.target].y))
    for link in ordered:
        width = link.visits * scale
        source, target = boxes[link.source], boxes[link.target]
        y1, y2 = source.y + leaving[link.source] + width / 2, target.y + arriving[link.target] + width / 2
        leaving[link.source] += width
        arriving[link.target] += width
        x1, x2 = source.x + NODE, target.x
        middle = (x1 + x2) / 2
        path = f"M{x1},{y1:.1f} C{middle:.0f},{y1:.1f} {middle:.0f},{y2:.1f} {x2},{y2:.1f}"
        bands.append(Band(link.source, link.target, link.visits, path, round(max(1, width), 1)))
    return bands
