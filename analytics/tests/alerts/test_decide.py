"""When a rule fires and when that is over: pure, by table."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from analytics.alerts.conditions import Condition
from analytics.alerts.decide import State, decide, happened

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
OK, NO_DATA = State("ok"), State("no_data")
FIRING = State("firing", True, NOON)
ABOVE = Condition("above", 100, margin_pct=5)  # over at 95 or less


@pytest.mark.parametrize(
    ("rule", "before", "value", "status", "is_open"),
    [
        (ABOVE, OK, 101, "firing", True),
        (ABOVE, OK, 100, "ok", False),  # above means more than
        (ABOVE, FIRING, 97, "firing", True),  # inside the margin: no flapping
        (ABOVE, FIRING, 95, "ok", False),
        (ABOVE, OK, 97, "ok", False),  # the margin is for coming back only
        (ABOVE, FIRING, None, "no_data", True),  # no data is no good news
        (ABOVE, OK, None, "no_data", False),
        (ABOVE, OK, math.nan, "no_data", False),
        (ABOVE, OK, math.inf, "no_data", False),
        (ABOVE, State("no_data", True), 97, "firing", True),  # the same crossing still
        (ABOVE, State("no_data", True), 90, "ok", False),
        (ABOVE, State("invalid", True), 120, "firing", True),
        (Condition("below", 10, margin_pct=10), OK, 9.9, "firing", True),
        (Condition("below", 10, margin_pct=10), OK, 10, "ok", False),
        (Condition("below", 10, margin_pct=10), FIRING, 10.9, "firing", True),
        (Condition("below", 10, margin_pct=10), FIRING, 11, "ok", False),
        (Condition("below", -10, margin_pct=10), FIRING, -9.5, "firing", True),  # back at -9: the margin is of the size
        (Condition("below", -10, margin_pct=10), FIRING, -9, "ok", False),
        (Condition("above", 0, margin_pct=50), FIRING, 0, "ok", False),  # half of nothing is nothing
        (Condition("equals", 0.3), OK, 0.1 + 0.2, "firing", True),  # as numbers with decimals are equal
        (Condition("equals", 3), FIRING, 4, "ok", False),
        (Condition("absence"), OK, 0, "firing", True),
        (Condition("absence"), FIRING, 1, "ok", False),
        (Condition("change", 30, "down"), OK, -31, "firing", True),
        (Condition("change", 30, "down"), OK, 31, "ok", False),
        (Condition("change", 30, "up"), OK, 31, "firing", True),
        (Condition("change", 30, "either"), OK, -31, "firing", True),
        (Condition("change", 30, "either"), OK, 30, "ok", False),
        (Condition("change", 30, "either", margin_pct=10), FIRING, -28, "firing", True),  # over within 27
        (Condition("change", 30, "either", margin_pct=10), FIRING, 27, "ok", False),
        (Condition("anomaly", 3, "up"), OK, 3.5, "firing", True),
        (Condition("anomaly", 3, "up"), OK, -9, "ok", False),
    ],
)
def test_a_value_decides(rule, before, value, status, is_open):
    after = decide(before, value, rule, NOON)

    assert (after.status, after.is_open) == (status, is_open)


def test_it_fires_only_after_it_has_been_beyond_for_long_enough():
    rule, state = Condition("above", 100, for_minutes=5), OK

    told = []
    for minute, value in enumerate([101, 101, 99, 101, 101, 101, 101, 101, 101]):  # the third breaks the row
        before, state = state, decide(state, value, rule, NOON + timedelta(minutes=minute))
        told.append((minute, happened(before, state)))

    assert [each for each in told if each[1]] == [(8, "fired")]  # minute 3 + 5


def test_a_lack_of_data_breaks_the_row():
    rule = Condition("above", 100, for_minutes=2)
    pending = decide(OK, 101, rule, NOON)
    lost = decide(pending, None, rule, NOON + timedelta(minutes=1))

    assert decide(lost, 101, rule, NOON + timedelta(minutes=2)).status == "pending"


def test_a_number_that_trembles_around_the_threshold_fires_once():
    state, told = OK, []
    for minute, value in enumerate([99, 101, 99, 101, 96, 102, 94, 99]):
        before, state = state, decide(state, value, ABOVE, NOON + timedelta(minutes=minute))
        told.append(happened(before, state))

    assert [each for each in told if each] == ["fired", "resolved"]


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (State("waiting"), OK, None),
        (State("waiting"), FIRING, "fired"),
        (OK, State("pending"), None),
        (State("pending"), FIRING, "fired"),
        (FIRING, FIRING, None),
        (FIRING, OK, "resolved"),
        (FIRING, State("no_data", True), "no_data"),
        (State("no_data", True), State("firing", True), "data"),  # no second crossing
        (State("no_data", True), OK, "resolved"),
        (NO_DATA, FIRING, "fired"),
        (NO_DATA, OK, "data"),
        (OK, State("invalid"), "invalid"),
        (State("invalid"), OK, "data"),
    ],
)
def test_what_happened_between_two_states(before, after, what):
    assert happened(before, after) == what
