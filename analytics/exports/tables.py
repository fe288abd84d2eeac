"""Answers as rows of plain values: the heading first, a cell that has nothing to say is None."""

from collections.abc import Iterator
from typing import Any

from analytics.query.catalogue import METRICS, dimension
from analytics.query.model import Result

UNITS = {"count": "", "ratio": "", "percent": " (%)", "seconds": " (s)", "ms": " (ms)"}


def rows_of(result: Result) -> Iterator[list[Any]]:
    """A panel's rows, or the totals where it has none; the comparison's numbers in columns of their own."""
    query = result.query
    keys = ["start"] if query.interval else [dimension(name).name for name in query.dimensions]
    compared = query.compare is not None
    columns = [f"{name}{UNITS[METRICS[name].unit]}" for name in query.metrics]
    yield [*keys, *columns, *(f"before: {column}" for column in columns if compared)]
    if not keys:
        yield _numbers(query.metrics, result.totals, result.totals_before or {} if compared else None)
    for row in result.rows:
        yield [*row.keys, *_numbers(query.metrics, row.values, row.before or {} if compared else None)]


def _numbers(
    metrics: tuple[str, ...], now: dict[str, float | None], before: dict[str, float | None] | None
) -> list[float | None]:
    sides = [now] if before is None else [now, before]
    return [side.get(name) for side in sides for name in metrics]
