"""Retention as people meet it."""

import json

import pytest

from analytics.tests.world import Sent, store_events

JSON = "application/json"


def did(day: str, name: str, visitor: int) -> Sent:
    return Sent(f"2026-03-{day}T12:00", "custom", "/", visitor, name)


@pytest.fixture
def lives(event_store, acme, clock):
    """Monday the 2nd: 1, 2 and 3 sign up. 1 is back on the 3rd and 4th, 2 on the 4th. On the 8th 4 signs up."""
    store_events(
        acme.dataset_id(),
        [
            *(did("02", "signup", visitor) for visitor in (1, 2, 3)),
            did("03", "login", 1),
            did("04", "login", 1),
            did("04", "login", 2),
            did("08", "signup", 4),
        ],
    )


QUESTION = {"begin": {"event": "signup"}, "back": {"event": "login"}, "columns": 3}
WHEN = {"period": {"from": "2026-03-02", "to": "2026-03-09"}}


def ask(client, acme, **others):
    body = QUESTION | WHEN | others
    return client.post(f"/api/v1/analytics/retention?workspace={acme.uid}", json.dumps(body), JSON)


def counts(answer, row: int) -> list[int | None]:
    return [cell and cell["count"] for cell in answer.json()["rows"][row]["cells"]]


def test_who_came_back_on_each_day(as_analyst, acme, lives):
    answer = ask(as_analyst, acme)

    assert answer.json()["rows"][0]["began"] == 3
    assert counts(answer, 0) == [1, 2, 0]


def test_on_or_after_counts_who_came_later_too(as_analyst, acme, lives):
    assert counts(ask(as_analyst, acme, came="after"), 0) == [2, 2, 0]


def test_a_bracket_holds_several_days(as_analyst, acme, lives):
    assert counts(ask(as_analyst, acme, brackets=["1-2", "3"]), 0) == [2, 0]


def test_days_that_are_not_over_are_marked_and_left_out_of_the_average(as_analyst, acme, lives):
    """It is the 10th, noon: of who began on the 8th, day 2 is running and day 3 has not come."""
    answer = ask(as_analyst, acme).json()
    row = answer["rows"][6]

    assert [cell and cell["incomplete"] for cell in row["cells"]] == [False, True, None]
    # Day 1: one of three and none of one. Day 2: two of three alone.
    assert [round(each["average"], 1) for each in answer["columns"]] == [25.0, 66.7, 0.0]


def test_an_old_customer_is_nobody_new(as_analyst, acme, lives):
    store_events(acme.dataset_id(), [did("01", "signup", 3)])

    assert ask(as_analyst, acme).json()["rows"][0]["began"] == 2
    assert ask(as_analyst, acme, who="recurring").json()["rows"][0]["began"] == 3


def test_page_and_csv_say_the_same(as_analyst, acme, lives):
    state = "?from=2026-03-02&to=2026-03-09&begin=is,event,signup&back=is,event,login&columns=4"

    page = as_analyst.get(f"/w/{acme.slug}/reports/retention/{state}").content.decode()
    rows = as_analyst.get(f"/w/{acme.slug}/reports/retention.csv{state}").content.decode().splitlines()

    assert "33.3" in page and "66.7" in page
    assert rows[1].split(",")[1:6] == ["3", "1", "2", "0", "0"]


@pytest.mark.parametrize(
    "question, says",
    [
        ({"unit": "year"}, "Choose from: hour, day, week, month"),
        ({"columns": 99}, "columns is a whole number from 1 to 60"),
        ({"brackets": ["3-1"]}, "Brackets are spans such as 1-3"),
        ({"unit": "hour", "period": "91d"}, "Choose a longer"),
        ({"begin": {"evnt": "x"}}, "Did you mean 'event'"),
    ],
)
def test_who_asks_wrong_is_told_what_to_write(as_analyst, acme, lives, question, says):
    answer = ask(as_analyst, acme, **question)

    assert (answer.status_code, says in answer.json()["detail"]) == (400, True)


def test_nothing_of_a_neighbour_is_seen(as_analyst, acme, globex, lives):
    store_events(globex.dataset_id(), [did("02", "signup", 9), did("03", "login", 9)])

    assert counts(ask(as_analyst, acme), 0) == [1, 2, 0]


def test_a_period_too_long_for_days_goes_by_week_and_hours_bring_a_period_of_theirs(lives, as_analyst):
    year = as_analyst.get("/w/acme/reports/retention/?period=12mo")
    assert (year.status_code, year.context["unit"]) == (200, "week")
    assert [each.label for each in year.context["units"]] == ["hour, of the last 24 hours", "week", "month"]
    hours = as_analyst.get("/w/acme/reports/retention/" + year.context["units"][0].href)
    assert (hours.status_code, hours.context["unit"], len(hours.context["rows"])) == (200, "hour", 24)


def test_a_question_that_cannot_be_counted_says_why_beside_its_period(lives, as_analyst):
    page = as_analyst.get("/w/acme/reports/retention/?unit=hour&f=is,country,DE")

    assert page.status_code == 400
    html = page.content.decode()
    assert "The period has 672 hours." in html
    assert 'id="period-menu"' in html and 'href="?f=is,country,DE">Begin anew' in html


def test_a_week_that_the_period_cuts_short_is_marked(as_analyst, acme, lives):
    """From Tuesday the 24th: a part of a week; that from Monday the 2nd is whole to the 8th, and a part to the 4th."""
    whole = {"from": "2026-02-24", "to": "2026-03-08"}
    rows = ask(as_analyst, acme, unit="week", period=whole).json()["rows"]
    cut = ask(as_analyst, acme, unit="week", period=whole | {"to": "2026-03-04"}).json()["rows"]
    running = ask(as_analyst, acme, unit="week", period={"from": "2026-03-02", "to": "2026-03-10"}).json()["rows"]

    assert [(each["began"], each["clipped"]) for each in rows] == [(0, True), (4, False)]
    assert [(each["began"], each["clipped"]) for each in cut] == [(0, True), (3, True)]
    assert [each["clipped"] for each in running] == [False, False]


def test_page_and_csv_mark_a_week_that_the_period_cuts_short(as_analyst, acme, lives):
    state = "?from=2026-02-24&to=2026-03-08&begin=is,event,signup&back=is,event,login&unit=week&columns=1"

    page = as_analyst.get(f"/w/{acme.slug}/reports/retention/{state}").content.decode()
    rows = as_analyst.get(f"/w/{acme.slug}/reports/retention.csv{state}").content.decode().splitlines()

    assert page.count("(the period's days only)") == 1
    assert [line.rpartition(",")[2] for line in rows] == ["clipped", "true", "false"]
