"""What a period is compared with."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.query.compare import percent_change
from analytics.query.comparison import compared
from analytics.query.model import Period
from analytics.query.periods import PRESETS, of_days, preset, since

NOW = datetime(2026, 3, 10, 12, 20, 40, tzinfo=UTC)  # a Tuesday


def dates(period: Period | None) -> tuple[str, str] | None:
    return (f"{period.start:%Y-%m-%d %H:%M}", f"{period.end:%Y-%m-%d %H:%M}") if period else None


@pytest.mark.parametrize(
    ("key", "mode", "match", "first", "end"),
    [
        ("7d", "previous", "weekday", "2026-02-24", "2026-03-03"),
        ("28d", "previous", "weekday", "2026-01-13", "2026-02-10"),
        # 30 days later would be another weekday: five whole weeks instead.
        ("30d", "previous", "weekday", "2026-01-04", "2026-02-03"),
        ("30d", "previous", "date", "2026-01-09", "2026-02-08"),
        ("yesterday", "previous", "weekday", "2026-03-08", "2026-03-09"),
        ("last_month", "previous", "date", "2026-01-01", "2026-02-01"),
        ("12mo", "previous", "date", "2024-03-01", "2025-03-01"),
        ("28d", "year", "date", "2025-02-10", "2025-03-10"),
        ("28d", "year", "weekday", "2025-02-11", "2025-03-11"),
        ("12mo", "year", "date", "2024-03-01", "2025-03-01"),
        ("12mo", "year", "weekday", "2024-02-24", "2025-02-23"),
    ],
)
def test_periods_that_are_over(key, mode, match, first, end):
    assert dates(compared(preset(key, NOW, "UTC"), mode, match, NOW)) == (f"{first} 00:00", f"{end} 00:00")


def test_today_is_compared_with_yesterday_up_to_the_same_minute():
    assert dates(compared(preset("day", NOW, "UTC"), "previous", "weekday", NOW)) == (
        "2026-03-09 00:00",
        "2026-03-09 12:20",
    )


def test_a_running_month_is_compared_with_as_much_of_the_one_before():
    month = preset("month", NOW, "UTC")

    assert dates(compared(month, "previous", "date", NOW)) == ("2026-02-01 00:00", "2026-02-10 12:20")
    assert dates(compared(month, "previous", "weekday", NOW)) == ("2026-02-15 00:00", "2026-02-24 12:20")


def test_the_last_24_hours_have_24_hours_before_them_also_over_a_change_of_clocks():
    after_change = datetime(2026, 3, 29, 10, tzinfo=UTC)
    period = preset("24h", after_change, "Europe/Berlin")
    earlier = compared(period, "previous", "weekday", after_change)

    assert earlier is not None
    assert earlier.end == period.start
    assert earlier.end.astimezone(UTC) - earlier.start.astimezone(UTC) == timedelta(hours=24)


def test_the_same_hour_is_the_same_on_the_clock_also_after_a_change_of_clocks():
    sunday = datetime(2026, 3, 29, 10, tzinfo=UTC)  # 12:00 in Berlin, ten hours after midnight

    earlier = compared(preset("day", sunday, "Europe/Berlin"), "previous", "weekday", sunday)

    assert dates(earlier) == ("2026-03-28 00:00", "2026-03-28 12:00")


def test_the_29th_of_february_was_the_28th_a_year_before():
    leap_day = of_days("custom", (date(2028, 2, 29), date(2028, 3, 1)), "UTC")

    assert dates(compared(leap_day, "year", "date", NOW)) == ("2027-02-28 00:00", "2027-03-01 00:00")


@pytest.mark.parametrize("key", sorted(set(PRESETS) - {"all", "custom"}))
@pytest.mark.parametrize("mode", ["previous", "year"])
@pytest.mark.parametrize("match", ["weekday", "date"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
def test_a_comparison_lies_before_its_period_and_is_about_as_long(key, mode, match, zone):
    period = preset(key, NOW, zone)
    earlier = compared(period, mode, match, NOW)

    if key == "realtime":
        assert earlier is None
        return
    assert earlier is not None
    assert earlier.start < earlier.end <= period.start
    assert earlier.end - earlier.start <= period.end - period.start + timedelta(days=3)  # months differ


def test_all_time_has_nothing_to_be_compared_with():
    assert compared(since(NOW - timedelta(days=9), NOW, "UTC"), "previous", "weekday", NOW) is None


@pytest.mark.parametrize(
    ("metric", "before", "after", "expected"),
    [
        ("visitors", 50, 60, 20.0),
        ("visitors", 60, 45, -25.0),
        ("visitors", 0, 5, None),  # new: no percentage leads from nothing to something
        ("visitors", 0, 0, 0.0),
        ("visitors", 5, 0, -100.0),
        ("bounce_rate", 40.0, 50.0, 10.0),  # points
        ("bounce_rate", None, 50.0, None),
        ("visit_duration", 80.0, None, None),
    ],
)
def test_change_is_in_percent_and_of_percentages_in_points(metric, before, after, expected):
    assert percent_change(metric, before, after) == expected
