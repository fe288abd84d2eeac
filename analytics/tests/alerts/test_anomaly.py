"""What is usual, worked out by hand."""

import math

import pytest

from analytics.alerts.anomaly import usual

NOTHING = [None] * 7


def test_the_middle_and_the_spread_ignore_one_odd_week():
    found = usual([90, 100, 110, 100, 5000, 120], NOTHING)  # sorted 90 100 100 110 120 5000

    assert found.middle == 105
    # distances 15 5 5 5 15 4895, median 10: 14.8; more than the square root of 105 and a twentieth of it
    assert found.spread == pytest.approx(14.826)
    assert found.deviation(149.478) == pytest.approx(3)
    assert found.deviation(60.522) == pytest.approx(-3)


def test_a_count_that_never_moved_may_move_as_chance_moves_it():
    assert usual([100] * 6, NOTHING).spread == 10  # the square root


def test_of_a_large_count_a_twentieth_is_nothing_unusual():
    assert usual([1_000_000] * 6, NOTHING).spread == 50_000


def test_days_stand_in_where_weeks_are_too_few():
    assert usual([10, 10, 10, None, None, None], [20, 20, 20, 20, None, None, None]).middle == 20


def test_with_three_values_nothing_is_usual():
    assert usual([10, 10, 10], [10, 10, 10, None]) is None


def test_what_is_always_nothing_makes_one_of_anything_unusual():
    found = usual([0] * 6, NOTHING)

    assert math.isfinite(found.deviation(1)) and found.deviation(1) > 100
