"""Periods by name, in the workspace's zone: what `28d` means at a given moment, and what it is compared with.

Days are calendar days of the zone (23 to 25 hours long); arithmetic on days is done on dates, never on moments.
7d, 28d, 30d and 91d end with yesterday: a day that is not over would pull every mean down.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.query.model import Interval, Period
from config.lib.clock import day_start

Days = tuple[date, date]  # [first, end)


@dataclass(frozen=True)
class Preset:
    key: str
    label: str
    shortcut: str  # the letter that chooses it
    days: Callable[[date], Days] | None = None  # from today's date; None: not made of whole days


def month_start(day: date, months: int = 0) -> date:
    """The first of the month `months` after that of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _last(days: int) -> Callable[[date], Days]:
    return lambda today: (today - timedelta(days), today)


def _last_months(months: int) -> Callable[[date], Days]:
    return lambda today: (month_start(today, -months), month_start(today))


def _tomorrow(today: date) -> date:
    return today + timedelta(1)


PRESETS: dict[str, Preset] = {
    preset.key: preset
    for preset in (
        Preset("realtime", "Real time", "R"),
        Preset("24h", "Last 24 hours", "H"),
        Preset("day", "Today", "D", lambda today: (today, _tomorrow(today))),
        Preset("yesterday", "Yesterday", "E", _last(1)),
        Preset("7d", "Last 7 days", "W", _last(7)),
        Preset("28d", "Last 28 days", "F", _last(28)),
        Preset("30d", "Last 30 days", "T", _last(30)),
        Preset("91d", "Last 91 days", "N", _last(91)),
        Preset("month", "Month to date", "M", lambda today: (month_start(today), _tomorrow(today))),
        Preset("last_month", "Last month", "P", _last_months(1)),
        Preset("year", "Year to date", "Y", lambda today: (date(today.year, 1, 1), _tomorrow(today))),
        Preset("6mo", "Last 6 months", "S", _last_months(6)),
        Preset("12mo", "Last 12 months", "L", _last_months(12)),
        Preset("all", "All time", "A"),
        Preset("custom", "Custom", "C"),
    )
}
DEFAULT_PERIOD = "28d"
REALTIME = "realtime"  # the last half hour


def of_days(key: str, days: Days, zone: str) -> Period:
    return Period(key, day_start(days[0], zone), day_start(days[1], zone))


def preset(key: str, now: datetime, zone: str) -> Period:
    """The period `key` means at `now`. `all` and `custom` need more than the clock: see `since` and `of_days`."""
    here = now.astimezone(ZoneInfo(zone))
    chosen = PRESETS[key].days
    if chosen:
        return of_days(key, chosen(here.date()), zone)
    if key == REALTIME:
        end = here.replace(second=0, microsecond=0).astimezone(UTC) + timedelta(minutes=1)
        return Period(key, (end - timedelta(minutes=30)).astimezone(here.tzinfo), end.astimezone(here.tzinfo))
    if key == "24h":
        end = here.replace(minute=0, second=0, microsecond=0).astimezone(UTC) + timedelta(hours=1)
        return Period(key, (end - timedelta(hours=24)).astimezone(here.tzinfo), end.astimezone(here.tzinfo))
    raise KeyError(key)


def since(first: datetime, now: datetime, zone: str) -> Period:
    """All time: from the day of the first event to the end of today."""
    tz = ZoneInfo(zone)
    first_day = min(first, now).astimezone(tz).date()
    return of_days("all", (first_day, _tomorrow(now.astimezone(tz).date())), zone)


def days_of(period: Period) -> Days | None:
    """Its first day and the day after its last, or None when it is not made of whole days."""
    zone = _zone(period)
    first, end = period.start.date(), period.end.date()
    whole = period.start == day_start(first, zone) and period.end == day_start(end, zone)
    return (first, end) if whole and first < end else None


def step(period: Period, direction: int) -> Period | None:
    """The period before (-1) or after (+1), as a custom one; whole months step by months. None: there is no step."""
    days = days_of(period)
    if period.key in ("realtime", "24h", "all") or not days:
        return None
    first, end = days
    months = _whole_months(period)
    if months:
        moved = month_start(first, direction * months), month_start(first, direction * months + months)
    else:
        length = (end - first) * direction
        moved = first + length, end + length
    return of_days("custom", moved, _zone(period))


def _whole_months(period: Period) -> int:
    """How many calendar months it stands for: a running month or year counts as a whole one. 0 for none."""
    days = days_of(period)
    if not days or days[0].day != 1:
        return 0
    first, end = days
    if period.key in ("month", "year"):
        return 1 if period.key == "month" else 12
    return (end.year - first.year) * 12 + end.month - first.month if end.day == 1 else 0


# Up to this length, these bucket sizes.
INTERVALS: list[tuple[timedelta, tuple[Interval, ...]]] = [
    (timedelta(hours=2), ("minute",)),
    (timedelta(days=2, hours=1), ("hour",)),
    (timedelta(days=15), ("day", "hour")),
    (timedelta(days=32), ("day", "week", "hour")),
    (timedelta(days=100), ("day", "week", "month")),
    (timedelta(days=190), ("week", "day", "month")),
    (timedelta(days=750), ("month", "week", "day")),
]


def intervals(period: Period) -> tuple[Interval, ...]:
    """The bucket sizes that make sense for it, the best one first."""
    length = period.end.astimezone(UTC) - period.start.astimezone(UTC)
    return next((names for longest, names in INTERVALS if length <= longest), ("month", "week"))


def _zone(period: Period) -> str:
    return str(period.start.tzinfo)
