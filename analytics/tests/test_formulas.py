"""Formulas: read as people write arithmetic, refused with the place where they stop making sense."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import formulas
from analytics.query.model import QueryError
from analytics.reports.trends.smoothing import smoothed


def worked_out(text: str, **values: float | None) -> float | None:
    return formulas.value(formulas.parse(text, "".join(values)), values)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("A", 6), ("A / B * 100", 200), ("A/B*100", 200), ("a - b - 1", 2), ("A - (B - 1)", 4), ("-A + B", -3),
        ("A * -B", -18), ("2 * (A + B) / .5", 36), ("A / (B - 3)", None), ("((A))", 6), ("1.5", 1.5),
    ],
)  # fmt: skip
def test_arithmetic_as_people_write_it(text, result):
    assert worked_out(text, A=6, B=3) == result


def test_what_is_not_known_makes_the_whole_unknown():
    assert worked_out("A + B", A=1, B=None) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "stops too early"), ("A +", "stops too early"), ("(A", "stops too early"), ("A B", "'B' at place 3"),
        ("A // B", "'/' at place 4"), ("A)", "')' at place 2"), ("C", "no series C. The series are A, B."),
        ("A ** 2", "'*' at place 4"), ("sum(A)", "cannot be read from 'sum(A)'"), ("A; B", "cannot be read from '; B'"),
        ("__import__('os')", "cannot be read"), ("1e9", "'E' at place 2"), ("(" * 200, "is not expected"),
        ("A" + "+A" * 200, "at most 200 characters"),
    ],
)  # fmt: skip
def test_what_is_no_formula_says_where_it_stops(text, message):
    with pytest.raises(QueryError, match=re.escape(message)) as refused:
        formulas.parse(text, "AB")

    assert refused.value.field == "formula"


@given(st.text(alphabet="AB0123456789.+-*/() xe", max_size=40))
def test_whatever_is_typed_gives_a_number_or_a_sentence(text):
    """And where Python reads the same arithmetic, the same number."""
    try:
        found = formulas.parse(text, "AB")
    except QueryError:
        return
    ours = formulas.value(found, {"A": 7.0, "B": 2.5})
    try:
        theirs = eval(text.strip().replace("A", "7.0").replace("B", "2.5"))
    except (ZeroDivisionError, SyntaxError):
        return
    assert ours is None or ours == pytest.approx(theirs)


def test_a_running_mean_takes_the_points_there_are():
    assert smoothed([3.0, 5.0, None, 7.0], "3") == [3.0, 4.0, None, 6.0]


def test_a_running_sum_goes_on_after_a_gap():
    assert smoothed([1.0, None, 2.0], "sum") == [1.0, None, 3.0]
