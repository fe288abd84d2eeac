"""Checks by themselves: they never fail, change nothing, and the counts of faults stay bounded."""

import copy

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from config.lib.clock import now
from tracking.schemas import faults
from tracking.schemas.compiled import Fault, Finding, Schemas, compiled
from tracking.schemas.kinds import FORMATS, KINDS
from tracking.tests.test_judge import anything

EVERYTHING = {name: {"type": name, "required": True} for name in KINDS} | {
    name: {"type": each.kind, "format": name} for name, each in FORMATS.items()
}


def schemas(*, is_closed=False, **events):
    return Schemas([(compiled("shop", 1, "warn", events, is_closed, []), False)])


def codes(checked, given):
    found = checked.check("shop", "purchase", given, (), 2)
    return [(each.code, each.name) for each in found.faults] if found else []


@given(st.dictionaries(st.sampled_from([*EVERYTHING, "strange"]), anything | st.floats() | st.integers()))
def test_no_value_makes_a_check_fail_or_is_changed_by_it(properties):
    before = copy.deepcopy(properties)

    codes(schemas(purchase=EVERYTHING, is_closed=True), properties)

    assert repr(properties) == repr(before)


@given(anything)
def test_a_value_fits_one_type_at_most_but_for_times(value):
    fitting = [
        kind for kind in KINDS if not codes(schemas(purchase={"a": {"type": kind, "required": True}}), {"a": value})
    ]

    assert len(set(fitting) - {"datetime"}) == (value is not None)


def test_of_many_faults_the_first_ten_are_told():
    demands = {f"p{number}": "number" for number in range(20)}

    found = codes(schemas(purchase=demands), dict.fromkeys(demands, "text"))

    assert found == [("type", f"p{number}") for number in range(10)]


def test_of_two_schemas_that_check_all_the_first_by_name_counts():
    two = Schemas(
        [(compiled(name, 1, "warn", {"purchase": {name: {"type": "string", "required": True}}}, False, []), True)
         for name in ("alpha", "beta")]
    )  # fmt: skip

    assert [each.name for each in two.check(None, "purchase", {}, (), 2).faults] == ["alpha"]


def finding(name):
    return Finding("shop", 1, "warn", "purchase", (Fault("undeclared", name, ""),))


def test_a_stranger_who_makes_up_names_does_not_fill_the_counts(clock, monkeypatch):
    monkeypatch.setattr(faults, "MOST_CAUSES", 3)

    faults.note(2, now(), [finding(f"name {number}") for number in range(10)])
    faults.note(2, now(), [finding("name 0")])

    found = faults.lately(2, now())
    assert [each.events for each in found] == [2, 1, 1]


def test_counts_that_cannot_be_written_stop_no_event(clock, monkeypatch):
    def away():
        raise redis.ConnectionError("refused")

    monkeypatch.setattr(faults, "cache_client", away)

    faults.note(2, now(), [finding("name")])


@pytest.mark.parametrize("days", [0, 6])
def test_faults_are_counted_for_seven_days(clock, days):
    noted = now()
    faults.note(2, noted, [finding("name")])
    clock.shift(days * 86_400)

    assert [(each.name, each.said, each.events) for each in faults.lately(2, now())] == [("name", "is not listed", 1)]
    clock.shift((7 - days) * 86_400)
    assert faults.lately(2, now()) == []
