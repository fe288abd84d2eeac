"""The buckets of a series, cut in the workspace's zone. Python cuts them; the engine only sorts rows between the edges.

So one time-zone database decides, days of 23 or 25 hours and zones half an hour off come out right, and labels agree
with numbers by construction.
"""

from datetime import UTC, datetime, timedelta

from analytics.query.model import Interval, Period, QueryError
from analytics.query.periods import month_start
from config.lib.clock import day_start

MAX_BUCKETS = 1000
ELAPSED: dict[Interval, timedelta] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


def edges(period: Period, interval: Interval | None, most: int = MAX_BUCKETS) -> list[datetime]:
    """The first moment of each bucket, in the period's zone. The first bucket starts with the period, even in mid-week.

    QueryError when there would be too many to draw.
    """
    if interval is None:
        return []
    found = [period.start]
    while (following := _next(found[-1], interval)).timestamp() < period.end.timestamp():
        found.append(following)
        if len(found) > most:
            raise QueryError(f"The period has more than {most} {interval}s. Choose a longer interval.", "interval")
    return found


def _next(start: datetime, interval: Interval) -> datetime:
    """Where the bucket that `start` lies in ends."""
    zone = start.tzinfo
    if interval in ELAPSED:
        return _next_on_clock(start, ELAPSED[interval])
    day = start.date()
    if interval == "day":
        day += timedelta(1)
    elif interval == "week":
        day += timedelta(7 - day.weekday())
    else:
        day = month_start(day, 1)
    return day_start(day, str(zone))


def _next_on_clock(start: datetime, length: timedelta) -> datetime:
    """The next full minute or hour of the zone's clock, by elapsed time: an hour that comes twice is two buckets."""
    into = timedelta(minutes=start.minute, seconds=start.second, microseconds=start.microsecond) % length
    return (start.astimezone(UTC) + length - into).astimezone(start.tzinfo)


def is_partial(edges: list[datetime], index: int, period: Period, now: datetime) -> bool:
    """The bucket is not over yet."""
    end = edges[index + 1] if index + 1 < len(edges) else period.end
    return end.timestamp() > now.timestamp()


def is_ahead(edge: datetime, now: datetime) -> bool:
    """The bucket has not begun: there is nothing to say about it, not even zero."""
    return edge.timestamp() > now.timestamp()
