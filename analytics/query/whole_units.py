"""Whole units of the calendar around a moment, in its zone: buckets (gaps) begin with the period, even in mid-week."""

from datetime import UTC, datetime, timedelta

from analytics.query.gaps import ELAPSED
from analytics.query.model import Interval
from analytics.query.periods import month_start
from config.lib.clock import day_start


def unit_start(moment: datetime, interval: Interval) -> datetime:
    """Where the unit that `moment` lies in begins."""
    if interval in ELAPSED:
        into = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
        return (moment.astimezone(UTC) - into % ELAPSED[interval]).astimezone(moment.tzinfo)
    day = moment.date()
    if interval == "week":
        day -= timedelta(day.weekday())
    return day_start(month_start(day) if interval == "month" else day, str(moment.tzinfo))


def unit_before(moment: datetime, interval: Interval) -> datetime:
    """Where the unit before the one that `moment` lies in begins."""
    last = unit_start(moment, interval).astimezone(UTC) - timedelta(microseconds=1)
    return unit_start(last.astimezone(moment.tzinfo), interval)


def is_within(moment: datetime, interval: Interval) -> bool:
    """It is not the first of its unit."""
    return unit_start(moment, interval).timestamp() < moment.timestamp()


def is_clipped(start: datetime, end: datetime, interval: Interval, now: datetime) -> bool:
    """The period has only a part of the unit: it begins within it, or ended there. What is to come cuts nothing off."""
    return is_within(start, interval) or (is_within(end, interval) and end.timestamp() <= now.timestamp())
