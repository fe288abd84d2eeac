"""A period's number from its buckets, where it is their sum: a count of rows is, distinct visitors and rates are not.

It spares one of the two scans of a series.
"""

from dataclasses import replace

from analytics.query import plan
from analytics.query.catalogue import METRICS
from analytics.query.compile import reaches
from analytics.query.gaps import edges
from analytics.query.model import Query, Result, Row


def adds_up(series: Query) -> bool:
    """Of a comparison as many buckets are shown as the period has; what lies behind them would be missing."""
    shown = len(edges(series.period, series.interval))
    is_whole = series.compare is None or len(edges(series.compare, series.interval)) <= shown
    return is_whole and counts_rows(series)


def counts_rows(series: Query) -> bool:
    """Each row once, in one bucket: not different visitors, who may come in several."""
    part = plan.parts(series)[0]
    counts = str(getattr(METRICS[series.metrics[0]], part.source)).startswith("countIf(")
    return counts and not reaches(series, part)


def summed(series: Result) -> Result:
    """What the same question without buckets answers."""
    rows: dict[tuple[tuple[str, ...], bool], Row] = {}
    for row in series.rows:
        group = row.keys[1:], row.is_other
        if group not in rows:
            rows[group] = Row(group[0], {}, {} if series.query.compare else None, is_other=row.is_other)
        known = rows[group]
        _add(known.values, row.values)
        if known.before is not None:
            _add(known.before, row.before or {})
    if series.query.dimensions:
        return replace(series, rows=list(rows.values()))
    (whole,) = rows.values()
    return replace(series, rows=[], totals=whole.values, totals_before=whole.before)


def _add(known: dict[str, float | None], more: dict[str, float | None]) -> None:
    for name, value in more.items():
        known[name] = (known.get(name) or 0) + (value or 0)
