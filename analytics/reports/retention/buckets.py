"""The units of the calendar that a retention table is about: those somebody may begin in, and those after."""

from datetime import datetime, timedelta

from analytics.query.gaps import MAX_BUCKETS, edges
from analytics.query.model import Period, QueryError
from analytics.reports.retention.model import Retention, Unit

LONGEST = {
    "hour": timedelta(hours=2),
    "day": timedelta(hours=26),
    "week": timedelta(days=8),
    "month": timedelta(days=32),
}
MAX_ROWS = 120


def fits(unit: Unit, period: Period) -> bool:
    """A table has no more rows than one can read."""
    return period.end - period.start < LONGEST[unit] * (MAX_ROWS + 1) and len(edges(period, unit)) <= MAX_ROWS


def buckets(asked: Retention, period: Period) -> tuple[int, list[datetime]]:
    """(how many of them are rows, first moments of all and the end of the last). QueryError for too many rows."""
    rows = len(edges(period, asked.unit))
    if rows > MAX_ROWS:
        raise QueryError(f"The period has {rows} {asked.unit}s. Choose a longer unit: at most {MAX_ROWS} rows.", "unit")
    # The last row's unit ends with the calendar's, not with the period: who comes back the day after is in the next.
    begins = edges(period, asked.unit)
    needed = rows + asked.reach + 1
    far = Period("", period.start, period.end + LONGEST[asked.unit] * (asked.reach + 2))
    found = edges(far, asked.unit)[:needed]
    assert begins == found[:rows] and len(found) <= MAX_BUCKETS
    return rows, found
