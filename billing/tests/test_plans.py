"""The table of plans, and what a month would cost under each."""

from datetime import UTC, datetime

import pytest

from billing import forecasts
from billing.plans import PLANS


def test_the_four_tiers_are_as_published():
    table = {name: (plan.price_cents, plan.events, plan.seats) for name, plan in PLANS.items()}

    assert table == {
        "starter": (99_00, 100_000, 5),
        "professional": (299_00, 1_000_000, 25),
        "enterprise": (999_00, 10_000_000, None),
        "custom": (999_00, None, None),
    }


@pytest.mark.parametrize(
    "name, events, cents",
    [
        ("starter", 100_000, 99_00),
        ("starter", 100_001, None),
        ("custom", 0, 999_00),
        ("custom", 10_000_000, 999_00),
        ("custom", 10_000_001, 999_01),  # a tenth of a cent, rounded up
        ("custom", 20_000_000, 1999_00),
    ],
)
def test_what_a_month_costs(name, events, cents):
    assert PLANS[name].cost_cents(events) == cents


@pytest.mark.parametrize(
    "moment, used, forecast",
    [
        ("2026-03-10 12:00", 9_500, 31_000),  # 9.5 of 31 days
        ("2026-03-01 00:05", 100, 3_100),  # counted as a whole day: five minutes promise nothing
        ("2026-02-28 23:59", 28_000, 28_000),
        ("2028-02-29 00:00", 28_000, 29_000),  # a leap year
        ("2026-03-31 23:59", 0, 0),
    ],
)
def test_a_month_is_forecast_from_its_part_that_is_over(moment, used, forecast):
    found = forecasts.month(datetime.fromisoformat(moment).replace(tzinfo=UTC), used)

    assert abs(found.forecast - forecast) <= 1


def test_months_end_where_the_next_begins():
    found = forecasts.month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC), 5)

    assert (found.start, found.end) == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
