"""CSV, as a stream. What a spreadsheet would run as a formula arrives as text."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from analytics.query.catalogue import METRICS, dimension
from analytics.query.model import Result
from analytics.reports.events import COLUMNS, properties_text

UNITS = {"count": "", "ratio": "", "percent": " (%)", "seconds": " (s)"}
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(result: Result) -> Iterator[str]:
    """A panel's rows, or the totals where it has none; the comparison's numbers in columns of their own."""
    query = result.query
    keys = ["start"] if query.interval else [dimension(name).name for name in query.dimensions]
    compared = query.compare is not None
    columns = [f"{name}{UNITS[METRICS[name].unit]}" for name in query.metrics]
    yield line([*keys, *columns, *(f"before: {column}" for column in columns if compared)])
    if not keys:
        yield line(_numbers(query.metrics, result.totals, result.totals_before or {} if compared else None))
    for row in result.rows:
        yield line([*row.keys, *_numbers(query.metrics, row.values, row.before or {} if compared else None)])


def csv_of_events(events: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield line(COLUMNS)
    for event in events:
        yield line([*list(event.values())[:-1], properties_text(event)])


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The table of a report; None is an empty cell."""
    for row in rows:
        yield line(["" if cell is None else cell for cell in row])


def line(cells: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_safe(cell) for cell in cells])
    return text.getvalue()


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _numbers(
    metrics: tuple[str, ...], now: dict[str, float | None], before: dict[str, float | None] | None
) -> list[Any]:
    """Empty where there is nothing to say; whole numbers without a point."""
    sides = [now] if before is None else [now, before]
    return ["" if side.get(name) is None else side[name] for side in sides for name in metrics]
