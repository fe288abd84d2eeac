"""Buckets of a series, in zones that make them awkward."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.query.gaps import axis, edges
from analytics.query.model import Period, QueryError
from analytics.query.periods import of_days, preset

NOW = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)


def labels(found: list[datetime]) -> list[str]:
    return [edge.isoformat() for edge in found]


def test_a_spring_day_in_berlin_skips_an_hour():
    found = labels(edges(of_days("custom", (date(2026, 3, 29), date(2026, 3, 30)), "Europe/Berlin"), "hour"))

    assert len(found) == 23
    assert found[1:3] == ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]


def test_an_autumn_day_in_berlin_has_the_same_hour_twice_as_two_buckets():
    found = labels(edges(of_days("custom", (date(2026, 10, 25), date(2026, 10, 26)), "Europe/Berlin"), "hour"))

    assert len(found) == 25
    assert found[2:4] == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]


def test_days_over_a_change_of_clocks_are_days():
    found = edges(of_days("custom", (date(2026, 3, 28), date(2026, 3, 31)), "Europe/Berlin"), "day")

    hours = [
        (b.astimezone(UTC) - a.astimezone(UTC)) / timedelta(hours=1) for a, b in zip(found, found[1:], strict=False)
    ]
    assert hours == [24, 23]


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Kathmandu", "+05:45"), ("America/St_Johns", "-03:30")])
def test_hours_of_zones_off_the_hour_start_on_their_own_clock(zone, offset):
    winter = of_days("custom", (date(2026, 1, 5), date(2026, 1, 6)), zone)

    found = labels(edges(winter, "hour"))
    assert found[:2] == [f"2026-01-05T00:00:00{offset}", f"2026-01-05T01:00:00{offset}"]
    assert len(found) == 24


def test_weeks_start_on_monday_but_the_first_one_with_the_period():
    found = labels(edges(of_days("custom", (date(2026, 1, 1), date(2026, 1, 20)), "UTC"), "week"))

    assert [label[:10] for label in found] == ["2026-01-01", "2026-01-05", "2026-01-12", "2026-01-19"]


def test_months_of_a_year():
    found = labels(edges(preset("12mo", NOW, "America/St_Johns"), "month"))

    assert [label[:10] for label in found[:2]] == ["2025-03-01", "2025-04-01"]
    assert len(found) == 12


def test_too_many_buckets_are_refused_with_what_to_do():
    with pytest.raises(QueryError, match="Choose a longer interval"):
        edges(preset("91d", NOW, "UTC"), "minute")


def test_the_running_bucket_is_partial_and_those_ahead_have_not_begun():
    today = preset("day", NOW, "UTC")
    hours = axis(today, "hour")

    assert [hours.is_partial(hour, NOW) for hour in (11, 12, 13)] == [False, True, True]
    assert [hours.is_ahead(hour, NOW) for hour in (11, 12, 13)] == [False, False, True]
    assert axis(today, "day").is_partial(0, NOW)


def test_the_same_moment_in_another_zone_has_days_of_its_own():
    london, utc = (preset("91d", datetime(2026, 2, 10, tzinfo=UTC), zone) for zone in ("Europe/London", "UTC"))
    assert (london.start, london.end) == (utc.start, utc.end), "to Python they are one period: London's winter is UTC"

    assert str(axis(london, "day").starts[0].tzinfo) == "Europe/London"
    assert str(axis(utc, "day").starts[0].tzinfo) == "UTC"


def test_the_hour_that_a_clock_shows_twice_begins_twice():
    day = of_days("custom", (date(2026, 10, 25), date(2026, 10, 26)), "Europe/Berlin")
    first, second = (day.start.replace(hour=2, fold=fold) for fold in (0, 1))
    assert first == second, "to Python, who compares what their clock shows"

    assert len(axis(Period("", first, day.end), "hour").starts) == 23
    assert len(axis(Period("", second, day.end), "hour").starts) == 22
