"""Charts as SVG, for pages that are printed and for mails: no browser, no script."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape

from analytics.exports.pages import Chart, Line
from analytics.views.figures import FORMATS

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 14, 24
CELL = 22  # height of a row of a heat map
BAR, LABEL, VALUE = 26, 210, 70  # of a lying bar: its height, room for its label, room for its value
COLOURS = ("#1f6277", "#c8672b", "#4c7a34", "#7b5ea7", "#b0842a", "#3a78b5", "#a8435f", "#5d6b73")
GRID, INK, MUTED, BEFORE = "#e5e3dd", "#1f2a33", "#66707a", "#9aa7ad"
MOST_BARS = 15
CHARACTER = 5.6  # its mean width at this size
SHORTEST_NAME = 24  # that a line's name in the legend is cut to
LABELS_AT_MOST = 9  # below the axis


def svg(chart: Chart) -> str:
    if chart.kind == "bar":
        return _bars(chart)
    if chart.kind == "heat":
        return _heat(chart)
    top = _top([value for line in chart.lines for value in line.values if value is not None])
    shown = [line for line in chart.lines if any(value is not None for value in line.values)]
    legend = list(_legend(shown)) if len(shown) > 1 else []
    parts = [*_axis(chart, top), *_labels(chart.labels), *legend]
    colours = dict(zip((line.label for line in shown if not line.is_before), COLOURS * 8, strict=False))
    for place, line in enumerate(sorted(shown, key=lambda each: not each.is_before)):
        parts += _line(line, top, BEFORE if line.is_before else colours[line.label], len(shown) == 1 and place == 0)
    return _picture(HEIGHT, parts)


def _picture(height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    return f'{head} font-family="Source Sans Pro" font-size="11">{"".join(parts)}</svg>'


def _x(place: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (place / (count - 1) if count > 1 else 0.5)


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _top(values: Sequence[float]) -> float:
    """The end of the axis: four steps of 1, 2, 2.5 or 5 times a power of ten."""
    most = max([*values, 0])
    if most <= 0:
        return 4.0
    size = 10.0 ** math.floor(math.log10(most / 4))
    return 4 * size * next(step for step in (1, 2, 2.5, 5, 10) if step * size * 4 >= most)


def _axis(chart: Chart, top: float) -> Iterator[str]:
    for step in range(5):
        value = top * step / 4
        y = _y(value, top)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{GRID}"/>'
        yield _text(LEFT - 6, y + 3.5, FORMATS[chart.unit](value), "end", MUTED)


def _labels(labels: Sequence[str]) -> Iterator[str]:
    every = max(1, math.ceil(len(labels) / LABELS_AT_MOST))
    for place in range(0, len(labels), every):
        x = _x(place, len(labels))
        anchor = "end" if x > WIDTH - 40 else "start" if x < LEFT + 20 else "middle"
        yield _text(x, HEIGHT - 6, labels[place], anchor, MUTED)


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    """Names share the width; all lines of the period before look the same, and have one name."""
    x, colours = float(LEFT), iter(COLOURS * 8)
    before = [line.label for line in lines if line.is_before]
    named = [(next(colours), line.label) for line in lines if not line.is_before]
    named += [(BEFORE, before[0] if len(before) == 1 else "before")] if before else []
    most = max(SHORTEST_NAME, int((WIDTH - LEFT - RIGHT) / len(named) / CHARACTER) - 5)
    for colour, name in named:
        label = _cut(name, most)
        yield f'<rect x="{x:.1f}" y="2" width="9" height="3" fill="{colour}"/>'
        yield _text(x + 13, 8, label, "start", MUTED)
        x += 26 + CHARACTER * len(label)


def _line(line: Line, top: float, colour: str, is_filled: bool) -> Iterator[str]:
    """In runs: where there is no value, the line is interrupted; a value alone is a dot."""
    count = len(line.values)
    dashed = ' stroke-dasharray="4 3"' if line.is_before else ""
    for run in _runs(line.values):
        points = [(_x(place, count), _y(value, top)) for place, value in run]
        path = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        if is_filled and len(points) > 1:
            base = _y(0, top)
            area = f"M{path} L{points[-1][0]:.1f} {base:.1f} L{points[0][0]:.1f} {base:.1f} Z"
            yield f'<path d="{area}" fill="{colour}" fill-opacity="0.1"/>'
        if len(points) == 1:
            yield f'<circle cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="2.5" fill="{colour}"/>'
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"{dashed}/>'


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    run: list[tuple[int, float]] = []
    for place, value in enumerate([*values, None]):
        if value is not None:
            run.append((place, value))
        elif run:
            yield run
            run = []


def _bars(chart: Chart) -> str:
    pairs = list(zip(chart.labels, chart.lines[0].values, strict=True))[:MOST_BARS]
    most = max([value or 0 for _, value in pairs] + [0])
    parts = []
    for place, (label, value) in enumerate(pairs):
        y = place * BAR
        width = (WIDTH - LABEL - VALUE) * ((value or 0) / most if most else 0)
        parts += [
            _text(LABEL - 10, y + 17, _cut(label, int((LABEL - 14) / CHARACTER)), "end", INK),
            f'<rect x="{LABEL}" y="{y + 4}" width="{max(width, 1):.1f}" height="{BAR - 8}" fill="{COLOURS[0]}"/>',
            _text(LABEL + width + 7, y + 17, FORMATS[chart.unit](value), "start", MUTED),
        ]
    return _picture(max(len(pairs), 1) * BAR, parts)


def _heat(chart: Chart) -> str:
    """A row for each line, a cell for each label: the darker, the more."""
    most = max([value or 0 for line in chart.lines for value in line.values] + [0]) or 1
    width = (WIDTH - LEFT - RIGHT) / max(len(chart.labels), 1)
    parts = [_text(LEFT + place * width, 9, label, "start", MUTED) for place, label in enumerate(chart.labels)][::3]
    for row, line in enumerate(chart.lines):
        y = TOP + row * CELL
        parts.append(_text(LEFT - 6, y + CELL * 0.65, line.label, "end", MUTED))
        for place, value in enumerate(line.values):
            where = f'x="{LEFT + place * width:.1f}" y="{y}" width="{width - 2:.1f}" height="{CELL - 2}" rx="2"'
            parts.append(f'<rect {where} fill="{COLOURS[0]}" fill-opacity="{0.05 + 0.95 * (value or 0) / most:.2f}"/>')
    return _picture(TOP + len(chart.lines) * CELL, parts)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(x: float, y: float, text: str, anchor: str, colour: str) -> str:
    printable = "".join(sign for sign in text if unicodedata.category(sign)[0] != "C")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(printable)}</text>'
