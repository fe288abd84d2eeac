"""Who is one person: recognized while storing, and brought home afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lib.redis_clients import buffer_client
from tracking import persons, store
from tracking.persons import roots
from tracking.rows import trait_columns
from tracking.sessionizer import sessionize
from tracking.store.persons import datasets_merged_since, merges, traits_of
from tracking.tests.building import envelope, event, log, ms
from tracking.visits import person_of
from tracking.writer import Writer


def people(dataset: int, table: str = "events") -> list[int]:
    """The person of each row, by time."""
    moment, final = ("ts", "") if table == "events" else ("start", "FINAL")
    return [
        row[0]
        for row in store.query(f"SELECT person_id FROM {table} {final} ORDER BY {moment}", dataset_id=dataset).rows
    ]


def write(writer: Writer, dataset: int, *events: object, **fields: object) -> None:
    log(envelope(dataset, *events, **fields))
    assert writer.store_next(0)


def test_who_says_who_they_are_has_done_the_earlier_things_too(writer, dataset):
    ann = person_of(dataset, "ann")
    write(writer, dataset, event("10:00"), event("10:01"))
    write(writer, dataset, event("11:00"), event("11:01", user_id="ann"), event("11:02"))
    assert people(dataset) == [7, 7, 7, ann, ann]

    assert persons.squash(dataset) == 1

    assert people(dataset) == [ann] * 5
    assert people(dataset, "sessions") == [ann] * 2
    assert persons.squash(dataset) == 0  # nothing is left to do


def test_two_people_at_one_browser_stay_two(writer, dataset):
    ann, bob = person_of(dataset, "ann"), person_of(dataset, "bob")
    write(writer, dataset, event("10:00"), event("10:01", user_id="ann"), event("10:02", user_id="bob"), event("10:03"))
    persons.squash(dataset)

    assert people(dataset) == [ann, ann, bob, bob]


def test_one_person_at_two_browsers_is_one(writer, dataset):
    ann = person_of(dataset, "ann")
    write(writer, dataset, event("10:00", visitor=7), event("10:00", visitor=8))
    write(writer, dataset, event("10:01", visitor=7, user_id="ann"), event("10:02", visitor=8, user_id="ann"))
    persons.squash(dataset)

    assert people(dataset) == [ann] * 4


def test_a_visitor_who_comes_back_unrecognized_is_brought_home_in_the_night(writer, dataset):
    write(writer, dataset, event("10:00", user_id="ann"))
    persons.squash(dataset)
    # What was remembered of visitor 7 between two batches is gone.
    buffer_client().delete(*buffer_client().scan_iter(f"visit:{dataset}:*"))
    write(writer, dataset, event("12:00"))
    assert people(dataset) == [person_of(dataset, "ann"), 7]
    persons.squash(dataset)

    assert set(people(dataset)) == {person_of(dataset, "ann")}


def test_an_earlier_id_of_the_same_person_is_merged(writer, dataset):
    old, new = person_of(dataset, "old"), person_of(dataset, "new")
    write(writer, dataset, event("10:00", visitor=7, user_id="old"))
    write(writer, dataset, event("10:05", visitor=8, user_id="new", previous=[old]))
    persons.squash(dataset)

    assert people(dataset) == [new, new]
    assert merges(dataset, [7]) == {7: old}  # each step stays as it was written


def test_a_circle_of_ids_becomes_one_person_and_stays_so(writer, dataset):
    first, second = person_of(dataset, "first"), person_of(dataset, "second")
    write(writer, dataset, event("10:00", visitor=7, user_id="first", previous=[second]))
    write(writer, dataset, event("10:01", visitor=8, user_id="second", previous=[first]))
    persons.squash(dataset)

    assert people(dataset) == [min(first, second)] * 2
    assert persons.squash(dataset) == 0


def test_a_dataset_knows_nothing_of_the_merges_of_another(writer, dataset):
    write(writer, dataset, event("10:00"), event("10:01", user_id="ann"))
    write(writer, dataset + 500_000, event("10:00"))
    persons.squash(dataset)

    assert people(dataset + 500_000) == [7]
    assert datasets_merged_since(ms("10:01")).count(dataset) == 1
    assert dataset not in datasets_merged_since(ms("10:02"))


def test_a_repeated_batch_writes_no_second_merge(writer, dataset):
    write(writer, dataset, event("10:00", user_id="ann"))
    rows = store.query("SELECT count() FROM identity", dataset_id=dataset).rows

    assert rows == [(1,)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ({}, {}),
        ({1: 9}, {1: 9}),
        ({1: 2, 2: 3, 3: 4}, {1: 4, 2: 4, 3: 4}),
        ({3: 4, 1: 2, 2: 3}, {1: 4, 2: 4, 3: 4}),
        ({5: 6, 6: 5}, {6: 5}),
        ({9: 5, 5: 6, 6: 7, 7: 5}, {9: 5, 6: 5, 7: 5}),
        ({5: 5}, {}),
    ],
)
def test_chains_end_somewhere_and_circles_in_one_of_theirs(steps, expected):
    assert roots(steps) == expected


@given(st.dictionaries(st.integers(1, 30), st.integers(1, 30)))
def test_whatever_was_merged_nobody_is_led_twice(steps):
    ends = roots(steps)

    assert all(end not in ends for end in ends.values())
    assert ends.keys() <= steps.keys()
    # Who was said to be one person is one.
    assert all(ends.get(old, old) == ends.get(new, new) for old, new in steps.items())


def test_ten_thousand_merges_in_a_row_are_no_burden():
    assert roots({n: n + 1 for n in range(10_000)})[0] == 10_000


def test_the_last_word_about_a_person_counts_whatever_the_order(writer, dataset):
    said = [
        event("10:02", user_id="ann", traits={"plan": "pro", "seats": "3"}),
        event("10:01", user_id="ann", traits={"plan": "free"}, traits_once={"source": "first"}),
        event("10:03", user_id="ann", traits={"seats": ""}, traits_once={"source": "second", "plan": "never"}),
    ]
    for each in said:
        write(writer, dataset, each)

    assert traits_of(dataset, person_of(dataset, "ann")) == {"plan": "pro", "source": "first"}


def test_within_a_batch_too(dataset):
    events = [event("10:00", traits={"a": "1"}), event("10:00", traits={"a": "2"}, traits_once={"b": "x"})]
    envelopes = [envelope(dataset, each) for each in events]
    columns = trait_columns(events, sessionize({}, events, envelopes))

    assert list(zip(columns["name"], columns["value"], strict=True)) == [("a", "2"), ("b", "x")]


def test_what_was_known_of_a_visitor_is_known_of_the_person(writer, dataset):
    ann = person_of(dataset, "ann")
    write(writer, dataset, event("10:00", traits={"language": "de", "plan": "free"}))
    assert traits_of(dataset, 7) == {"language": "de", "plan": "free"}
    write(writer, dataset, event("10:01", user_id="ann", traits={"plan": "pro"}))
    persons.squash(dataset)

    assert traits_of(dataset, ann) == {"language": "de", "plan": "pro"}
    assert traits_of(dataset, 7) == {}
