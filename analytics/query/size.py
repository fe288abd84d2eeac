"""Whether a period holds so many events that distinct visitors are estimated (within about 0.5 %), not counted."""

from datetime import UTC, date, datetime
from functools import lru_cache

from analytics.query.model import Query
from tracking import store

EXACT_UP_TO = 5_000_000  # events
ESTIMATE_PERCENT = 0.5  # how far an estimate of distinct visitors is off, at 3 standard deviations


def is_exact(query: Query, now: datetime) -> bool:
    first = min(period.start for period in (query.period, query.compare) if period)
    days = [moment.astimezone(UTC).date() for moment in (first, query.period.end)]
    return _events(query.dataset_id, *days, hour=int(now.timestamp()) // 3600) <= EXACT_UP_TO


@lru_cache(maxsize=4096)
def _events(dataset_id: int, first: date, last: date, hour: int) -> int:
    """About how many, read from the index alone and remembered for the hour."""
    estimate = store.query(
        "EXPLAIN ESTIMATE SELECT ts FROM events"
        " WHERE dataset_id = {dataset:UInt32} AND toDate(ts) >= {first:Date} AND toDate(ts) <= {last:Date}",
        {"dataset": dataset_id, "first": first, "last": last},
        dataset_id=dataset_id,
    )
    # Columns: database, table, parts, rows, marks; no line at all where no part would be read.
    return sum(row[3] for row in estimate.rows)
