"""What each rule does to a property, and that none of them ever fails."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lib.problems import Problem
from tracking.models import FixRule
from tracking.quarantine import rules
from tracking.schemas.compiled import apply, fix
from tracking.schemas.fixes import ACTIONS, CASTS, pseudonym
from tracking.tests.test_judge import anything


def fixed(properties, action, name, argument=None):
    given = dict(properties)
    apply([fix(rules.cleaned("purchase", action, name, argument))], given, 2)
    return given


@pytest.mark.parametrize(
    ("before", "action", "name", "argument", "after"),
    [
        ({"prce": 1}, "rename", "prce", "price", {"price": 1}),
        ({"prce": 1, "price": 2}, "rename", "prce", "price", {"prce": 1, "price": 2}),
        ({"prce": 1, "price": None}, "rename", "prce", "price", {"price": 1}),
        ({}, "rename", "prce", "price", {}),
        ({"a": "12.50"}, "cast", "a", "number", {"a": 12.5}),
        ({"a": " 7 "}, "cast", "a", "number", {"a": 7}),
        ({"a": "much"}, "cast", "a", "number", {"a": "much"}),
        ({"a": "nan"}, "cast", "a", "number", {"a": "nan"}),
        ({"a": "1e999"}, "cast", "a", "number", {"a": "1e999"}),
        ({"a": True}, "cast", "a", "number", {"a": True}),
        ({"a": None}, "cast", "a", "number", {"a": None}),
        ({"a": 12.0}, "cast", "a", "string", {"a": "12"}),
        ({"a": ["x"]}, "cast", "a", "string", {"a": '["x"]'}),
        ({"a": "Yes"}, "cast", "a", "boolean", {"a": True}),
        ({"a": 0}, "cast", "a", "boolean", {"a": False}),
        ({"a": "perhaps"}, "cast", "a", "boolean", {"a": "perhaps"}),
        ({"a": '["x"]'}, "cast", "a", "array", {"a": ["x"]}),
        ({"a": "x"}, "cast", "a", "array", {"a": ["x"]}),
        ({"a": '{"b": 1}'}, "cast", "a", "object", {"a": {"b": 1}}),
        ({"a": "b"}, "cast", "a", "object", {"a": "b"}),
        ({"a": 1_773_144_000}, "cast", "a", "datetime", {"a": 1_773_144_000_000}),
        ({"a": "2026-03-10 12:00"}, "cast", "a", "datetime", {"a": "2026-03-10T12:00:00+00:00"}),
        ({"a": "2026-03-10"}, "cast", "a", "datetime", {"a": "2026-03-10T00:00:00+00:00"}),
        ({}, "default", "a", "free", {"a": "free"}),
        ({"a": "pro"}, "default", "a", "free", {"a": "pro"}),
        ({"a": 1, "b": 2}, "drop", "a", None, {"b": 2}),
        ({}, "hash", "a", None, {}),
    ],
)
def test_a_rule_does_what_it_says(before, action, name, argument, after):
    assert fixed(before, action, name, argument) == after


def test_a_hash_is_the_same_for_the_same_value_and_another_in_another_dataset():
    assert fixed({"a": "ann"}, "hash", "a") == fixed({"a": "ann"}, "hash", "a") == {"a": pseudonym(2, "ann")}
    assert pseudonym(2, "ann") != pseudonym(3, "ann")
    assert "ann" not in pseudonym(2, "ann")


@pytest.mark.parametrize(
    ("action", "name", "argument", "field"),
    [
        ("explode", "a", None, "action"),
        ("drop", "", None, "property"),
        ("rename", "a", "", "argument"),
        ("rename", "a", "a", "argument"),
        ("cast", "a", "decimal", "argument"),
        ("default", "a", None, "argument"),
        ("rename_event", "", "", "argument"),
        ("rename_event", "", "purchase", "argument"),
        ("rename_event", "", "$reserved", "argument"),
        ("rename_event", "", "a\nb", "argument"),
    ],
)
def test_a_rule_that_says_nothing_is_refused_at_its_field(action, name, argument, field):
    with pytest.raises(Problem) as refused:
        rules.cleaned("purchase", action, name, argument)

    assert (refused.value.status, refused.value.extra["field"]) == (422, field)


@given(st.dictionaries(st.sampled_from("ab"), anything), st.sampled_from([*CASTS]))
def test_no_value_makes_a_conversion_fail(properties, kind):
    try:
        msgspec.json.encode(properties)
    except (OverflowError, UnicodeEncodeError):
        return  # the door refuses these before any rule sees them

    msgspec.json.encode(fixed(properties, "cast", "a", kind))


def test_every_action_can_be_stored():
    assert set(FixRule.Action.values) == set(ACTIONS)
