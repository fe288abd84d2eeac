"""What a period is compared with: the one before, the same one a year ago, or a chosen one of the same length.

By default weekdays are matched, since a Sunday compares badly with a Monday: the earlier period is moved back by whole
weeks. `match=date` keeps the calendar dates instead. A comparison never overlaps its period.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

from analytics.query.model import Period
from analytics.query.periods import Days, days_of, month_start, of_days

Compare = Literal["previous", "year", "custom", "off"]
Match = Literal["weekday", "date"]
COMPARES: dict[Compare, str] = {
    "previous": "Previous period",
    "year": "Same period last year",
    "custom": "Custom period",
    "off": "No comparison",
}
MATCHES: dict[Match, str] = {"weekday": "Match weekdays", "date": "Match dates"}
INCOMPARABLE = ("realtime", "all")


def compared(
    period: Period, compare: Compare, match: Match, now: datetime, chosen: Days | None = None
) -> Period | None:
    """The comparison period, cut where the running period stands now, so that half a day meets half a day."""
    if compare == "off" or period.key in INCOMPARABLE:
        return None
    zone = str(period.start.tzinfo)
    days = days_of(period)
    if not days:
        return _shifted(period, timedelta(hours=24) if compare == "previous" else timedelta(weeks=52))
    if compare == "custom":
        earlier = chosen or days
    elif compare == "year":
        earlier = _year_ago(days, match)
    else:
        earlier = _previous(period.key, days, match)
    return _cut(of_days(compare, earlier, zone), period, now)


def _previous(key: str, days: Days, match: Match) -> Days:
    first, end = days
    length = (end - first).days
    if match == "weekday" and length >= 7:
        return _back(days, -(-length // 7) * 7)
    whole_months = (end.year - first.year) * 12 + end.month - first.month
    if first.day == 1 and end.day == 1 and whole_months:
        return month_start(first, -whole_months), first
    if key in ("month", "year"):
        start = month_start(first, -1 if key == "month" else -12)
        return start, min(start + timedelta(length), first)
    return _back(days, length)


def _year_ago(days: Days, match: Match) -> Days:
    first, end = days
    length = (end - first).days
    if match == "weekday":
        return _back(days, max(52, -(-length // 7)) * 7)
    years = -(-length // 366)
    return _same_date(first, years), _same_date(end, years)


def _same_date(day: date, years_ago: int) -> date:
    """That date `years_ago`; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=day.year - years_ago)
    except ValueError:
        return day.replace(year=day.year - years_ago, day=28)


def _back(days: Days, count: int) -> Days:
    return days[0] - timedelta(count), days[1] - timedelta(count)


def _shifted(period: Period, by: timedelta) -> Period:
    """Moved by elapsed time, not by the wall clock: the last 24 hours have 24 hours before them on any day."""
    start, end = (moment.astimezone(UTC) - by for moment in (period.start, period.end))
    zone = period.start.tzinfo
    return Period("previous", start.astimezone(zone), end.astimezone(zone))


def _cut(earlier: Period, period: Period, now: datetime) -> Period:
    """`earlier` up to the wall-clock time that `period` has reached, to the minute; all of it when that is over."""
    if not period.start <= now < period.end:
        return earlier
    here = now.astimezone(period.start.tzinfo).replace(second=0, microsecond=0)
    passed = here.date() - period.start.date()
    same_time = datetime.combine(earlier.start.date() + passed, here.timetz())
    return Period(earlier.key, earlier.start, max(min(earlier.end, same_time), earlier.start + timedelta(minutes=1)))
