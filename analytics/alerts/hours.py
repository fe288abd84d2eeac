"""Hours of the week, in the workspace's zone: when a rule is evaluated, and when nobody wants to be told.

    {"from": "22:00", "to": "07:00", "days": ["mon", "tue", "wed", "thu", "fri"]}

A stretch that ends before it begins reaches into the next day; the days are those on which it begins. From and to equal
mean the whole day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.lib.problems import Problem

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXAMPLE = '{"from": "22:00", "to": "07:00", "days": ["mon", "fri"]}'
LONGEST = 8  # days that one stretch after the other may make


@dataclass(frozen=True)
class Hours:
    begin: time
    end: time
    days: tuple[str, ...] = DAYS

    def covers(self, moment: datetime, zone: str) -> bool:
        return self._end_of_stretch(moment, zone) is not None

    def until(self, moment: datetime, zone: str) -> datetime | None:
        """When the hours that `moment` lies in are over, also where one stretch follows another; None outside them."""
        found = end = self._end_of_stretch(moment, zone)
        for _ in range(LONGEST):
            if end is None:
                break
            found, end = end, self._end_of_stretch(end, zone)
        return found

    def _end_of_stretch(self, moment: datetime, zone: str) -> datetime | None:
        today = moment.astimezone(ZoneInfo(zone)).date()
        stretches = (self._stretch(day, zone) for day in (today - timedelta(1), today))
        return next((end for begin, end in stretches if begin <= moment < end), None)

    def _stretch(self, day: date, zone: str) -> tuple[datetime, datetime]:
        """In UTC, since the clock of a zone repeats an hour once a year. Empty on a day that is not one of ours."""
        last = day if self.end > self.begin else day + timedelta(1)
        begin = datetime.combine(day, self.begin, ZoneInfo(zone)).astimezone(UTC)
        end = datetime.combine(last, self.end, ZoneInfo(zone)).astimezone(UTC)
        return begin, end if DAYS[day.weekday()] in self.days else begin

    def as_json(self) -> dict[str, Any]:
        return {"from": f"{self.begin:%H:%M}", "to": f"{self.end:%H:%M}", "days": list(self.days)}


def from_json(given: Any, field: str) -> Hours | None:
    """None stays None. Problem for what cannot be read."""
    if given is None:
        return None
    if not isinstance(given, Mapping) or not set(given) <= {"from", "to", "days"}:
        raise _wrong(field)
    days = given.get("days", list(DAYS))
    if not isinstance(days, list) or not days or not all(day in DAYS for day in days):
        raise _wrong(field)
    try:
        begin, end = (time.fromisoformat(str(given[name])) for name in ("from", "to"))
    except (KeyError, ValueError):
        raise _wrong(field) from None
    if begin.tzinfo or end.tzinfo:
        raise _wrong(field)
    return Hours(begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0), _in_order(days))


def _in_order(days: list[str]) -> tuple[str, ...]:
    return tuple(day for day in DAYS if day in days)


def _wrong(field: str) -> Problem:
    return Problem(422, "invalid", f"{field} is null or hours of the week, such as {EXAMPLE}.", field=field)
