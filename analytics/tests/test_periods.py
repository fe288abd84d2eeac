"""What a period means, in zones where days are not 24 hours long and hours do not start on the hour."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.query.model import Period
from analytics.query.periods import PRESETS, intervals, of_days, preset, since, step

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday


def days(period: Period) -> tuple[str, str]:
    return period.start.isoformat(), period.end.isoformat()


@pytest.mark.parametrize(
    ("key", "first", "end"),
    [
        ("day", "2026-03-10", "2026-03-11"),
        ("yesterday", "2026-03-09", "2026-03-10"),
        ("7d", "2026-03-03", "2026-03-10"),
        ("28d", "2026-02-10", "2026-03-10"),
        ("30d", "2026-02-08", "2026-03-10"),
        ("91d", "2025-12-09", "2026-03-10"),
        ("month", "2026-03-01", "2026-03-11"),
        ("last_month", "2026-02-01", "2026-03-01"),
        ("year", "2026-01-01", "2026-03-11"),
        ("6mo", "2025-09-01", "2026-03-01"),
        ("12mo", "2025-03-01", "2026-03-01"),
    ],
)
def test_presets_made_of_days(key, first, end):
    assert days(preset(key, NOW, "UTC")) == (f"{first}T00:00:00+00:00", f"{end}T00:00:00+00:00")


def test_today_is_the_workspaces_day_not_ours():
    late = datetime(2026, 3, 10, 20, tzinfo=UTC)  # 01:45 on the 11th in Kathmandu

    assert days(preset("day", late, "Asia/Kathmandu")) == ("2026-03-11T00:00:00+05:45", "2026-03-12T00:00:00+05:45")


def test_the_last_half_hour_and_the_last_24_hours_end_with_the_running_minute_and_hour():
    assert days(preset("realtime", NOW + timedelta(seconds=30), "UTC")) == (
        "2026-03-10T11:31:00+00:00",
        "2026-03-10T12:01:00+00:00",
    )
    # 17:45 in Kathmandu: the running hour ends at 18:00 there.
    assert days(preset("24h", NOW, "Asia/Kathmandu")) == ("2026-03-09T18:00:00+05:45", "2026-03-10T18:00:00+05:45")


def test_a_day_has_23_hours_in_spring_and_25_in_autumn():
    spring = of_days("custom", (date(2026, 3, 29), date(2026, 3, 30)), "Europe/Berlin")
    autumn = of_days("custom", (date(2026, 10, 25), date(2026, 10, 26)), "Europe/Berlin")

    assert [(p.end.astimezone(UTC) - p.start.astimezone(UTC)) / timedelta(hours=1) for p in (spring, autumn)] == [
        23,
        25,
    ]


def test_all_time_reaches_from_the_first_event_to_the_end_of_today():
    first = datetime(2025, 11, 30, 23, 30, tzinfo=UTC)

    assert days(since(first, NOW, "Europe/Berlin")) == ("2025-12-01T00:00:00+01:00", "2026-03-11T00:00:00+01:00")


def test_an_event_from_the_future_does_not_turn_all_time_around():
    period = since(NOW + timedelta(days=3), NOW, "UTC")

    assert period.start < period.end


@pytest.mark.parametrize(
    ("key", "first", "end"),
    [
        ("day", "2026-03-09", "2026-03-10"),
        ("7d", "2026-02-24", "2026-03-03"),
        ("month", "2026-02-01", "2026-03-01"),
        ("last_month", "2026-01-01", "2026-02-01"),
        ("year", "2025-01-01", "2026-01-01"),
        ("12mo", "2024-03-01", "2025-03-01"),
    ],
)
def test_a_step_back_keeps_months_and_years_whole(key, first, end):
    moved = step(preset(key, NOW, "UTC"), -1)

    assert moved is not None
    assert (moved.key, *days(moved)) == ("custom", f"{first}T00:00:00+00:00", f"{end}T00:00:00+00:00")


def test_a_step_there_and_back_is_no_step():
    month = of_days("custom", (date(2026, 1, 1), date(2026, 2, 1)), "Europe/Berlin")
    february = step(month, 1)

    assert february is not None
    assert days(february) == ("2026-02-01T00:00:00+01:00", "2026-03-01T00:00:00+01:00")
    assert step(february, -1) == month


@pytest.mark.parametrize("key", ["realtime", "24h"])
def test_what_has_no_days_has_no_step(key):
    assert step(preset(key, NOW, "UTC"), -1) is None


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("realtime", ("minute",)),
        ("24h", ("hour",)),
        ("day", ("hour",)),
        ("7d", ("day", "hour")),
        ("28d", ("day", "week", "hour")),
        ("91d", ("day", "week", "month")),
        ("6mo", ("week", "day", "month")),
        ("12mo", ("month", "week", "day")),
    ],
)
def test_only_intervals_that_make_sense_the_best_first(key, expected):
    assert intervals(preset(key, NOW, "Europe/Berlin")) == expected


def test_each_shortcut_letter_means_one_period():
    letters = [each.shortcut for each in PRESETS.values()]

    assert len(set(letters)) == len(letters) == 15
