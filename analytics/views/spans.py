"""Periods and buckets as people write dates: "9 Feb – 8 Mar 2026", "Tue 10 Mar, 14:00". All in the workspace's zone."""

from datetime import datetime, timedelta

from analytics.query.model import Interval, Period
from analytics.query.periods import PRESETS, days_of


def day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"


def span(period: Period) -> str:
    """Both ends, inclusive, with the year once; clock times where it is short and not made of whole days."""
    is_short = not days_of(period) and period.end - period.start < timedelta(days=2)
    if is_short and period.start.date() == period.end.date():
        return f"{day(period.start)}, {period.start:%H:%M} – {period.end:%H:%M}"
    if is_short:
        return f"{day(period.start)} {period.start:%H:%M} – {day(period.end)} {period.end:%H:%M}"
    last = period.end - timedelta(microseconds=1)
    if period.start.date() == last.date():
        return f"{day(last)} {last.year}"
    if period.start.year != last.year:
        return f"{day(period.start)} {period.start.year} – {day(last)} {last.year}"
    first = str(period.start.day) if period.start.month == last.month else day(period.start)
    return f"{first} – {day(last)} {last.year}"


def label(period: Period) -> str:
    """The name of a preset; the dates of any other period."""
    return span(period) if period.key == "custom" else PRESETS[period.key].label


def deleted(period: Period, compare: Period | None = None) -> str:
    """What to know where it is not all there; empty where it is."""
    moment = period.deleted_before or (compare.deleted_before if compare else None)
    if moment is None:
        return ""
    said = f"Events before {day(moment)} {moment.year} (UTC) are deleted"
    if period.deleted_before:
        return f"{said}, so this period shows none from before."
    return f"{said}, and the comparison reaches before that: changes look larger than they are."


def short(start: datetime, interval: Interval) -> str:
    """For the axis."""
    if interval in ("minute", "hour"):
        return f"{start:%H:%M}" if start.hour or start.minute else day(start)
    return f"{start:%b %Y}" if interval == "month" else day(start)


def long(start: datetime, interval: Interval) -> str:
    """For the tooltip and the table."""
    if interval in ("minute", "hour"):
        return f"{start:%a} {day(start)}, {start:%H:%M}"
    if interval == "month":
        return f"{start:%B %Y}"
    named = f"{start:%a} {day(start)} {start.year}"
    return f"Week from {named}" if interval == "week" else named
