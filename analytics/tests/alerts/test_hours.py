"""Hours of the week in a zone."""

from datetime import UTC, datetime

import pytest

from analytics.alerts.hours import from_json
from config.lib.problems import Problem

NIGHT = from_json({"from": "22:00", "to": "07:00"}, "quiet_hours")
WORK = from_json({"from": "09:00", "to": "17:00", "days": ["fri", "mon"]}, "schedule")
WEEKEND = from_json({"from": "00:00", "to": "00:00", "days": ["sat", "sun"]}, "quiet_hours")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "zone", "until"),
    [
        (NIGHT, "2026-03-10T23:00", "UTC", "2026-03-11T07:00"),
        (NIGHT, "2026-03-10T06:59", "UTC", "2026-03-10T07:00"),
        (NIGHT, "2026-03-10T07:00", "UTC", None),
        (NIGHT, "2026-03-10T21:59", "UTC", None),
        (NIGHT, "2026-03-10T21:59", "Europe/Berlin", "2026-03-11T06:00"),  # 22:59 there, one hour ahead
        (NIGHT, "2026-03-28T23:00", "Europe/Berlin", "2026-03-29T05:00"),  # summer time begins in that night
        (WORK, "2026-03-09T10:00", "UTC", "2026-03-09T17:00"),  # a Monday
        (WORK, "2026-03-10T10:00", "UTC", None),
        (WEEKEND, "2026-03-14T12:00", "UTC", "2026-03-16T00:00"),  # Saturday: both days are one stretch
    ],
)
def test_until_when_hours_last(hours, moment, zone, until):
    assert hours.until(at(moment), zone) == (at(until) if until else None)


def test_hours_that_never_end_are_cut_after_eight_days():
    always = from_json({"from": "00:00", "to": "00:00"}, "quiet_hours")

    assert always.until(at("2026-03-10T12:00"), "UTC") == at("2026-03-18T00:00")  # eight stretches


def test_days_are_written_in_the_order_of_the_week():
    assert WORK.as_json() == {"from": "09:00", "to": "17:00", "days": ["mon", "fri"]}


@pytest.mark.parametrize(
    "given",
    ["22-7", [], {"from": "22:00"}, {"from": "25:00", "to": "07:00"}, {"from": "22:00", "to": "07:00", "days": []},
     {"from": "22:00", "to": "07:00", "days": ["someday"]}, {"from": "22:00", "to": "07:00", "on": 1},
     {"from": "22:00+01:00", "to": "07:00"}, {"from": 22, "to": 7, "days": [["mon"]]}],
)  # fmt: skip
def test_what_are_no_hours_is_refused_with_an_example(given):
    with pytest.raises(Problem, match=r'such as \{"from": "22:00"'):
        from_json(given, "quiet_hours")
