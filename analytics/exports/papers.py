"""Answers as pages: the table of any report with the chart it makes, the panels of the overview."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from analytics.exports.drawing import MOST_BARS
from analytics.exports.headings import BEFORE, called
from analytics.exports.pages import Chart, Grid, Line, Section
from analytics.exports.pdf import MOST_ROWS
from analytics.query.catalogue import DIMENSIONS, METRICS
from analytics.templatetags import numbers
from analytics.views import figures
from analytics.views.said import shown_value

LINES_AT_MOST = 8
COMPARED_AT_MOST = 6  # lines and those of the period before; more are a thicket
METRIC_OF = {each.label: name for name, each in METRICS.items()}
SAYS_LITTLE = {"true", "false", "", None, "(everybody)"}
MOST_COLUMNS = 12
MORE = "There is more than fits on paper: the other formats have it."


def of_table(
    title: str, table: Iterable[Iterable[Any]], is_drawn: bool = True, most: int = MOST_ROWS, is_brief: bool = False
) -> list[Section]:
    """A section with the chart, where the table makes one, and the table; heading first.

    `most`: rows of the table; the chart has them all. `is_brief`: what the chart tells whole needs no table.
    """
    whole = [list(row) for row in islice(table, MOST_ROWS + 2)]
    rows = _on_paper(whole)
    heading, body = [str(name) for name in rows[0]], rows[1:]
    note = MORE if len(body) > most or len(heading) == MOST_COLUMNS < len(whole[0]) else ""
    body = [[_said(name, cell) for name, cell in zip(heading, row, strict=True)] for row in body[:MOST_ROWS]]
    if not body:
        return [Section(title, text="Nothing here in this period.")]
    names = [called(name) for name in heading]
    drawn = chart_of(names, body) if is_drawn else None
    if is_brief and drawn and (drawn.kind == "line" or (len(names) == 2 and len(body) <= min(most, MOST_BARS))):
        return [Section(title, chart=drawn)]
    is_number = [any(_number(row[n]) for row in body) for n in range(len(names))]
    texts = [[_text(name, cell) for name, cell in zip(heading, row, strict=True)] for row in body[:most]]
    return [Section(title, chart=drawn, table=Grid(names, is_number, texts, note))]


def _said(name: str, cell: Any) -> Any:
    """The value of a dimension as pages write it."""
    return shown_value(name, cell) if name in DIMENSIONS and isinstance(cell, str) else cell


def _text(name: str, cell: Any) -> str:
    """A metric in its unit, unless the column names one."""
    metric = name if name in METRICS else METRIC_OF.get(name, "")
    return figures.exact_text(metric, float(cell)) if metric and _number(cell) else shown(cell)


def chart_of(heading: Sequence[str], rows: Sequence[Sequence[Any]]) -> Chart | None:
    """Over time where the first column is; else the first numbers behind a text as bars, named by the texts before."""
    columns = [n for n in range(len(heading)) if any(_number(row[n]) for row in rows)]
    if columns and len(rows) > 1 and all(moment(row[0]) for row in rows):
        ordered = sorted(rows, key=lambda row: str(row[0]))
        earlier = [n for n in columns if heading[n].lower().startswith(BEFORE)]
        drawn = columns if len(columns) <= COMPARED_AT_MOST else [n for n in columns if n not in earlier]
        lines = [
            Line(heading[n], [_value(row[n]) for row in ordered], n in earlier) for n in drawn[:LINES_AT_MOST]
        ]  # fmt: skip
        return Chart("line", [day(row[0]) for row in ordered], lines)
    texts = [n for n in range(len(heading)) if n not in columns]
    first = next((n for n in columns if texts and n > texts[0]), None)
    if first is None:
        return None
    named = [[shown(row[n]) for n in texts if n < first and row[n] not in (None, "")] for row in rows]
    labels = [" · ".join(words) or "(not set)" for words in named]
    return Chart("bar", labels, [Line(heading[first], [_value(row[first]) for row in rows])])


def shown(cell: Any) -> str:
    if cell is None:
        return numbers.NOTHING
    if _number(cell):
        return numbers.exact(float(cell)) if isinstance(cell, float) or abs(cell) >= 1e15 else f"{cell:,}"
    at = moment(cell)
    if at is None:
        return str(cell)
    return f"{at:%a} {at.day} {at:%b %Y}" + (f", {at:%H:%M}" if at.hour or at.minute else "")


def moment(cell: Any) -> datetime | None:
    """A moment or a day, also as ISO 8601 text."""
    text = cell if isinstance(cell, str) else cell.isoformat() if hasattr(cell, "isoformat") else ""
    if not text[:4].isdecimal() or text[4:5] != "-":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def day(cell: Any) -> str:
    """For the axis."""
    at = moment(cell)
    if at is None:
        return ""
    return f"{at:%H:%M}" if at.hour or at.minute else f"{at.day} {at:%b}"


def _number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) or type(cell).__name__ == "Decimal"


def _value(cell: Any) -> float | None:
    return float(cell) if _number(cell) else None


def _on_paper(rows: list[list[Any]]) -> list[list[Any]]:
    """Without columns that are empty or say the same of everybody, and as many as stand beside each other."""
    kept = [n for n in range(len(rows[0])) if len(rows) == 1 or not {row[n] for row in rows[1:]} <= SAYS_LITTLE]
    return [[row[n] for n in kept[:MOST_COLUMNS]] for row in rows]
