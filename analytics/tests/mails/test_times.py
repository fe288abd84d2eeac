"""When a report is due, and what it is about."""

from datetime import UTC, date, datetime

import pytest

from analytics.mails.times import following, latest, period_over


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "every, zone, after, expected",
    [
        ("week", "UTC", "2026-03-10T12:00", "2026-03-16T08:00"),  # a Tuesday
        ("week", "UTC", "2026-03-09T07:59", "2026-03-09T08:00"),
        ("week", "UTC", "2026-03-09T08:00", "2026-03-16T08:00"),
        ("month", "UTC", "2026-03-10T12:00", "2026-04-01T08:00"),
        ("month", "UTC", "2026-12-31T23:59", "2027-01-01T08:00"),
        ("week", "Europe/Berlin", "2026-03-23T12:00", "2026-03-30T06:00"),  # summer time began on the 29th
        ("week", "Pacific/Auckland", "2026-03-10T12:00", "2026-03-15T19:00"),  # Monday there
    ],
)
def test_the_next_due_time(every, zone, after, expected):
    assert following(every, zone, at(after)) == at(expected)


@pytest.mark.parametrize(
    "every, now, expected",
    [
        ("week", "2026-03-10T12:00", "2026-03-09T08:00"),
        ("week", "2026-03-09T07:59", "2026-03-02T08:00"),
        ("month", "2026-03-01T07:00", "2026-02-01T08:00"),
    ],
)
def test_the_last_due_time(every, now, expected):
    assert latest(every, "UTC", at(now)) == at(expected)


def test_a_report_is_about_the_week_or_month_that_is_over():
    assert period_over("week", "UTC", at("2026-03-09T08:00")) == (date(2026, 3, 2), date(2026, 3, 8))
    assert period_over("month", "UTC", at("2026-03-01T08:00")) == (date(2026, 2, 1), date(2026, 2, 28))
    assert period_over("week", "Pacific/Auckland", at("2026-03-15T19:00")) == (date(2026, 3, 9), date(2026, 3, 15))
