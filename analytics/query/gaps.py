"""The buckets of a series, cut in the workspace's zone. Python cuts them; the engine only sorts rows between the edges.

So one time-zone database decides, days of 23 or 25 hours and zones half an hour off come out right, and labels agree
with numbers by construction.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from analytics.query.model import Interval, Period, QueryError
from analytics.query.periods import month_start
from config.lib.clock import day_start

MAX_BUCKETS = 1000
ELAPSED: dict[Interval, timedelta] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


def edges(period: Period, interval: Interval | None, most: int = MAX_BUCKETS) -> list[datetime]:
    """The first moment of each bucket, in the period's zone. The first bucket starts with the period, even in mid-week.

    QueryError when there would be too many to draw.
    """
    return list(axis(period, interval, most).starts) if interval else []


@dataclass(frozen=True)
class Axis:
    """The buckets of a period, in order."""

    starts: tuple[datetime, ...]
    firsts: tuple[int, ...]  # the first second of each, since the epoch, as the engine has it
    bounds: tuple[float, ...]  # where each begins, and where the last ends

    def is_partial(self, place: int, now: datetime) -> bool:
        """The bucket is not over yet."""
        return self.bounds[place + 1] > now.timestamp()

    def is_ahead(self, place: int, now: datetime) -> bool:
        """The bucket has not begun: there is nothing to say about it, not even zero."""
        return self.bounds[place] > now.timestamp()


def axis(period: Period, interval: Interval | None, most: int = MAX_BUCKETS) -> Axis:
    """`edges`, and as the engine has them; without an interval the period is one. Kept: a chart of ten lines asks
    thirty times."""
    start = period.start
    return _axis(start, start.timestamp(), str(start.tzinfo), period.end.timestamp(), interval, most)


@lru_cache(maxsize=256)
def _axis(start: datetime, begin: float, _zone: str, end: float, interval: Interval | None, most: int) -> Axis:
    """To Python a moment equals that of another zone, and that of an hour later which the clock shows twice: hence its
    second and its zone, too."""
    found, bounds = [start], [begin]
    while interval and (moment := (following := _next(found[-1], interval)).timestamp()) < end:
        found.append(following)
        bounds.append(moment)
        if len(found) > most:
            raise QueryError(f"The period has more than {most} {interval}s. Choose a longer interval.", "interval")
    return Axis(tuple(found), tuple(int(each) for each in bounds), (*bounds, end))


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
