"""When a report is due, and what it is about: the week or month that is over at that moment."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from analytics.query.periods import month_start

HOUR = time(8)


def following(every: str, zone: str, after: datetime) -> datetime:
    """The first due time later than `after`."""
    day = after.astimezone(ZoneInfo(zone)).date()
    found = _at(_begin(every, day), zone)
    return found if found > after else _at(_next(every, day), zone)


def latest(every: str, zone: str, now: datetime) -> datetime:
    """The last due time that is not later than `now`."""
    day = now.astimezone(ZoneInfo(zone)).date()
    found = _at(_begin(every, day), zone)
    return found if found <= now else _at(_begin(every, _begin(every, day) - timedelta(1)), zone)


def period_over(every: str, zone: str, due_at: datetime) -> tuple[date, date]:
    """First and last day, both included."""
    end = _begin(every, due_at.astimezone(ZoneInfo(zone)).date())
    last = end - timedelta(1)
    return _begin(every, last), last


def _begin(every: str, day: date) -> date:
    """Of the week or month that `day` lies in."""
    return month_start(day) if every == "month" else day - timedelta(day.weekday())


def _next(every: str, day: date) -> date:
    return month_start(day, 1) if every == "month" else day + timedelta(7 - day.weekday())


def _at(day: date, zone: str) -> datetime:
    return datetime.combine(day, HOUR, ZoneInfo(zone))
