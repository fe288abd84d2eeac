"""Random lives against the oracle: every order, ties, repeated and overlapping steps, exclusions, short windows."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.query.bounds import Parameters
from analytics.query.model import Filter, Query
from analytics.query.reporting import report
from analytics.reports.funnel import answer
from analytics.reports.funnel.model import Funnel
from analytics.reports.funnel.statement import attempts
from analytics.tests.reports.funnel_oracle import Attempt, Rules, attempt
from analytics.tests.reports.raw import Seen, asked, keep, new_dataset

START = datetime(2026, 2, 27, tzinfo=UTC)  # over the end of a month
END = START + timedelta(days=3)
NOW = END + timedelta(days=30)
NAMES = "abcx"
# Steps that are the same event, and steps that overlap, are the hard cases.
STEPS = {"a": ("a",), "b": ("b",), "c": ("c",), "a|b": ("a", "b"), "b|c": ("b", "c")}

# Same second, exactly at the end of a window, one second after it, at the end of the period.
seconds = st.sampled_from([0, 0, 1, 60, 61, 3600, 3601, 86_400, 3 * 86_400 - 1, 3 * 86_400])
events = st.lists(
    st.builds(
        lambda person, second, ms, name, country: Seen(
            person, int(START.timestamp()) * 1000 + second * 1000 + ms, name, country
        ),
        st.integers(1, 8),
        seconds,
        st.sampled_from([0, 0, 1, 999]),
        st.sampled_from(NAMES),
        st.sampled_from(["DE", "FR", ""]),
    ),
    min_size=20,
    max_size=60,
    unique_by=lambda event: (event.person, event.ms, event.name),
)
funnels = st.builds(
    lambda steps, order, window, without, drops, attribution: Funnel(
        steps=tuple((Filter("event", "is", STEPS[step]),) for step in steps),
        order=order,
        window=window,
        without=((Filter("event", "is", ("x",)),),) if without else (),
        drops=drops,
        by="country",
        attribution=attribution if not attribution.isdecimal() or int(attribution) <= len(steps) else "first",
    ),
    st.lists(st.sampled_from(list(STEPS)), min_size=2, max_size=4),
    st.sampled_from(["ordered", "strict", "any"]),
    st.sampled_from(["1m", "1h", "1d"]),
    st.booleans(),
    st.sampled_from(["attempt", "person"]),
    st.sampled_from(["first", "last", "1", "2", "3"]),
)


def expected(asked: Funnel, seen: list[Seen]) -> dict[int, Attempt]:
    rules = Rules(
        len(asked.steps),
        asked.window_ms,
        int(END.timestamp()) * 1000,
        asked.order,
        asked.drops if asked.without else "",
        asked.attribution,
    )
    found = {person: attempt([_event(asked, each) for each in _visible(asked, seen, person)], rules)
             for person in {each.person for each in seen}}  # fmt: skip
    return {person: each for person, each in found.items() if each}


def _visible(asked: Funnel, seen: list[Seen], person: int) -> list[Seen]:
    last = int(END.timestamp()) * 1000 + asked.window_ms
    own = [each for each in seen if each.person == person and each.ms < last]
    return own if asked.order == "strict" else [each for each in own if _event(asked, each)[1]]


def _event(asked: Funnel, each: Seen) -> tuple[int, int, str]:
    if asked.without and each.name == "x":
        return each.ms, 1 << len(asked.steps), each.country
    bits = sum(1 << n for n, (step,) in enumerate(asked.steps) if each.name in step.values)  # type: ignore[union-attr]
    return each.ms, bits, each.country


def told(asked: Funnel, query: Query) -> dict[int, Attempt]:
    bound = Parameters()
    took = ", ".join(f"took_{level}" for level in range(2, len(asked.steps) + 1))
    sql = f"SELECT person, level, began, value, [{took}] FROM ({attempts(asked, query, bound)})"
    rows = report(query.dataset_id, [(sql, bound)], NOW).rows[0].rows
    return {row[0]: Attempt(row[1], row[2], tuple(row[4][: row[1] - 1]), row[3]) for row in rows}


@pytest.mark.usefixtures("event_store")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(funnel=funnels, seen=events)
def test_every_persons_attempt_is_that_of_the_oracle(funnel: Funnel, seen: list[Seen]):
    dataset = new_dataset()
    keep(dataset, seen)

    assert told(funnel, asked(dataset, START, END)) == expected(funnel, seen)


@pytest.mark.usefixtures("event_store")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(window=st.sampled_from(["1m", "1h", "1d"]), seen=events)
def test_in_any_order_everybody_gets_at_least_as_far_as_in_order(window: str, seen: list[Seen]):
    dataset = new_dataset()
    keep(dataset, seen)
    steps = tuple((Filter("event", "is", (name,)),) for name in "abc")
    of_order = [
        told(Funnel(steps=steps, order=order, window=window, by="country"), asked(dataset, START, END))
        for order in ("ordered", "any")
    ]

    ordered, in_any = ({person: each.level for person, each in found.items()} for found in of_order)
    assert {person: max(level, ordered.get(person, 0)) for person, level in in_any.items()} == in_any
    assert set(ordered) <= set(in_any)


@pytest.mark.usefixtures("event_store")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(funnel=funnels, seen=events)
def test_the_counts_are_those_of_the_attempts_and_their_parts_add_up(funnel: Funnel, seen: list[Seen]):
    dataset = new_dataset()
    keep(dataset, seen)
    lives = list(expected(funnel, seen).values())

    found = answer(funnel, asked(dataset, START, END), "day", NOW)

    levels = [sum(each.level >= n for each in lives) for n in range(1, len(funnel.steps) + 1)]
    assert [step.reached for step in found.everybody.steps] == levels
    assert {group.value: group.steps[0].reached for group in found.groups} == Counter(each.value for each in lives)
    assert sum(point.entered for point in found.trend) == levels[0]
    assert sum(point.converted for point in found.trend) == levels[-1] == sum(found.histogram)


@pytest.mark.usefixtures("event_store")
def test_after_the_period_an_event_is_no_first_step_and_comes_after_the_others_of_its_second():
    """b → a → b, with a and the last b in the first second after the period."""
    end = int(END.timestamp()) * 1000
    lives = [Seen(1, end - 1000, "b"), Seen(1, end, "b"), Seen(1, end + 1, "a")]
    dataset = new_dataset()
    keep(dataset, lives)
    steps = tuple((Filter("event", "is", STEPS[step]),) for step in ("b", "a", "b"))
    funnel = Funnel(steps=steps, order="ordered", window="1h", by="country")

    assert told(funnel, asked(dataset, START, END)) == expected(funnel, lives)
    assert expected(funnel, lives)[1].level == 3
