"""Nested conditions: the engine against a recursion over single events, and what they mean in small worlds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.query import run, run_many, statements
from analytics.query.canonical import canonical
from analytics.query.condition_json import from_json, to_json
from analytics.query.condition_text import from_text, to_text
from analytics.query.model import AllOf, AnyOf, Cohort, Did, Filter, Not, QueryError
from analytics.tests.test_filters import random_events
from analytics.tests.tree_oracle import TreeOracle
from analytics.tests.world import Sent, page, page_view, store_events
from config.testing.world import NOW
from tracking import store

LEAVES = st.sampled_from(
    [
        Filter("page", "is", ("/docs",)), Filter("page", "is_not", ("/",)), Filter("event", "is", ("signup",)),
        Filter("type", "is", ("page_view", "goal")), Filter("country", "is", ("DE",)),
        Filter("country", "is_not", ("DE", "")), Filter("entry_page", "is", ("/",)),
        Filter("exit_page", "contains", ("doc",)), Filter("prop:plan", "is", ("pro",)),
        Filter("browser_version", "contains", ("Firefox",)), Filter("goal", "is", ("purchase",)),
    ]
)  # fmt: skip
TIMES, DAYS = st.sampled_from([1, 2, 4]), st.sampled_from([None, 1, 3])


def _grown(inner):
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        several.map(AllOf), several.map(AnyOf), inner.map(Not), st.builds(Did, several | st.just(()), TIMES, DAYS)
    )


TREES = st.recursive(LEAVES, _grown, max_leaves=6)


@pytest.fixture
def oracle(event_store, acme) -> TreeOracle:
    """300 events of 40 visitors in three days, the same for all examples; every third person is on list 7."""
    found = TreeOracle(store_events(acme.dataset_id(), random_events(seed=5)))
    people = sorted({row["person_id"] for row in found.events})[::3]
    store.add_to_list(acme.dataset_id(), 7, people, token=f"list-{acme.pk}")
    found.lists[7] = set(people)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(trees=st.lists(TREES, min_size=1, max_size=2).map(tuple))
def test_the_engine_agrees_with_brute_force_on_any_tree(oracle, acme, trees):
    asked = page(acme, "period=custom&from=2026-03-08&to=2026-03-09&bots=1")

    found = run(asked.query("events", "visits", filters=trees), NOW)

    assert found.totals == oracle.count(asked.period, trees)


def test_one_event_fits_a_condition_on_people_and_those_beside_it(oracle, acme):
    asked = page(acme, "period=custom&from=2026-03-08&to=2026-03-09&bots=1")
    who = Did((Filter("country", "is", ("DE",)),), days=3)
    other = Not(AnyOf((who, Filter("event", "is", ("signup",)))))

    found = run(asked.query("events", "visits", filters=(Filter("event", "is", ("signup",)), other)), NOW)

    assert found.totals == {"events": 0, "visits": 0}


def test_a_cohort_narrows_as_its_people_do(oracle, acme):
    asked = page(acme, "period=custom&from=2026-03-08&to=2026-03-09&bots=1")
    living = Cohort("1", "docs readers", None, asked.period, (Filter("page", "is", ("/docs",)),))
    trees = [(Cohort("2", "listed", 7),), (living,), (Not(living), Filter("country", "is", ("DE",)))]

    found = run_many([asked.query("events", "visits", filters=each) for each in trees], NOW)

    assert [each.totals for each in found] == [oracle.count(asked.period, each) for each in trees]


@given(TREES)
def test_a_tree_survives_the_way_through_text_and_json(tree):
    assert from_text(to_text(tree)) == tree
    assert from_json(to_json(tree)) == tree


def test_questions_that_ask_the_same_are_one_statement(acme):
    pages, country = Filter("page", "is", ("/b", "/a")), Filter("country", "is", ("DE",))
    asked = page(acme)
    ways = [
        (pages, country),
        (country, Filter("page", "is", ("/a", "/b", "/a"))),
        (AllOf((country, pages)),),
        (Not(Not(country)), AnyOf((pages,))),
    ]

    made = {canonical(asked.query("visits", filters=each)) for each in ways}

    assert len(made) == 1


@given(st.text(min_size=1, max_size=30))
def test_whatever_a_value_holds_it_comes_back_out_of_brackets(value):
    tree = Not(AnyOf((Filter("page", "is", (value,)), Did((Filter("title", "is", (value, "x")),), 2, 3))))

    assert from_text(to_text(tree)) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("or(is,page,/docs", "brackets"),
        ("or(is,page,/a;not(is,page,/b)", "brackets"),
        ("or()", "Give 'or' at least one condition."),
        ("not(is,page,/a;is,page,/b)", "takes one condition"),
        ("did,0(is,page,/a)", "whole number from 1 to 10000"),
        ("did,1,500(is,page,/a)", "whole number from 1 to 400"),
        ("did,1,2,3(is,page,/a)", "too many numbers"),
        ("and,2(is,page,/a)", "too many numbers"),
        ("segment,1", "cannot be used here"),
        ("not(" * 30 + "is,page,/" + ")" * 30, "nest at most 5 deep"),
    ],
)
def test_text_that_is_no_tree_says_what_to_write(text, message):
    with pytest.raises(QueryError, match=message):
        from_text(text)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (["or", ["is", "page", ["/a"]]], "operator, dimension and a list"),
        (["or", "is"], "Join filters with"),
        (["did", []], "Write"),
        (["did", {"times": 0}], "whole number from 1 to 10000"),
        (["did", {"day": 3}], "Did you mean 'days'"),
        ([], "operator, dimension and a list"),
        ("is", "operator, dimension and a list"),
        (["cohort", "x"], "cannot be used here"),
    ],
)
def test_json_that_is_no_tree_says_what_to_send(data, message):
    with pytest.raises(QueryError, match=message):
        from_json(data)


def test_each_reading_of_a_nested_question_names_the_dataset_and_prunes_by_it(oracle, acme):
    did, listed = Did((Filter("page", "is", ("/docs",)), Filter("entry_page", "is", ("/",)))), Cohort("1", "listed", 7)
    asked = page(acme).query("visitors", filters=(AnyOf((did, listed)), Filter("exit_page", "is", ("/",))))

    for statement in statements(asked, NOW):
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in statement.parameters}
        plan = store.query(f"EXPLAIN indexes = 1 {statement.sql}", values, dataset_id=acme.dataset_id())
        text = "\n".join(str(row[0]) for row in plan.rows)
        assert statement.sql.count("dataset_id = ") == statement.sql.count("FROM ")
        assert text.count("PrimaryKey") == text.count("ReadFromMergeTree"), text


def test_who_did_it_is_chosen_by_all_their_visits_in_the_period(event_store, acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("2026-03-09T08:00", visitor=1), Sent("2026-03-09T20:00", "custom", "/", 1, "signup"),
            page_view("2026-03-09T09:00", visitor=2),
        ],
    )  # fmt: skip
    did = Did((Filter("event", "is", ("signup",)),))
    asked = page(acme)

    with_it, without = run_many([asked.query("visits", filters=(each,)) for each in (did, Not(did))], NOW)

    # Both visits of visitor 1: the morning's too, in which nobody signed up.
    assert (with_it.totals, without.totals) == ({"visits": 2}, {"visits": 1})


def test_a_comparison_means_those_who_did_it_in_its_own_period(event_store, acme):
    signup = Filter("event", "is", ("signup",))
    store_events(
        acme.dataset_id(),
        [
            page_view("2026-03-08T10:00", visitor=1), Sent("2026-03-08T10:01", "custom", "/", 1, "signup"),
            page_view("2026-03-08T11:00", visitor=2), page_view("2026-03-08T23:59", visitor=3),
            Sent("2026-03-08T23:58", "custom", "/", 3, "signup"), page_view("2026-03-09T00:01", visitor=3),
            page_view("2026-03-09T10:00", visitor=1), page_view("2026-03-09T10:00", visitor=2),
            Sent("2026-03-09T10:01", "custom", "/", 2, "signup"),
        ],
    )  # fmt: skip
    asked = page(acme, "compare=previous&match=date")

    found = run(asked.query("visitors", filters=(Did((signup,)),)), NOW)
    series = run(asked.query("visitors", filters=(Did((signup,)),), interval="day"), NOW)

    # Visitor 3 signed up before midnight and looked on after it: chosen the day before alone.
    assert (found.totals, found.totals_before) == ({"visitors": 1}, {"visitors": 2})
    assert [(row.values, row.before) for row in series.rows] == [({"visitors": 1}, {"visitors": 2})]
