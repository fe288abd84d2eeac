"""Funnels as people meet them: the API, the page, its CSV and the people behind a bar."""

import html
import json
import re

import pytest

from analytics.models import Cohort
from analytics.tests.world import Sent, goal, page_view, store_events

JSON = "application/json"
WHEN = {"period": "yesterday"}


def did(at: str, name: str, visitor: int, **client: str) -> Sent:
    return Sent(at, "custom", "/", visitor, name, client=client)


@pytest.fixture
def lives(event_store, acme, clock):
    """1 and 2 sign up and buy, 3 signs up and asks for the money back before buying, 4 only looks."""
    store_events(
        acme.dataset_id(),
        [
            did("09:00", "signup", 1, country="DE"),
            goal("09:10", "purchase", 1),
            did("10:00", "signup", 2, country="FR"),
            goal("10:30", "purchase", 2),
            did("11:00", "signup", 3, country="DE"),
            did("11:05", "refund", 3),
            goal("11:20", "purchase", 3),
            page_view("12:00", visitor=4),
        ],
    )


def ask(client, acme, **question):
    body = {"steps": [{"event": "signup"}, {"goal": "purchase"}], **WHEN, **question}
    return client.post(f"/api/v1/analytics/funnel?workspace={acme.uid}", json.dumps(body), JSON)


def reached(answer) -> list[int]:
    return [step["reached"] for step in answer.json()["steps"]]


def test_two_of_four_steps_are_half_way(as_analyst, acme, lives):
    answer = ask(as_analyst, acme)

    assert reached(answer) == [3, 3]
    # 10, 30 and 20 minutes
    assert answer.json()["steps"][1]["median_seconds"] == 20 * 60


@pytest.mark.parametrize("order", ["ordered", "any"])
def test_who_begins_before_midnight_and_begins_again_after_it_is_counted(as_analyst, acme, event_store, clock, order):
    night = [did("2026-03-09T23:50", "signup", 5), did("2026-03-10T00:05", "signup", 5)]
    store_events(acme.dataset_id(), [*night, goal("2026-03-10T00:10", "purchase", 5)])

    answer = ask(as_analyst, acme, order=order)

    assert (reached(answer), answer.json()["steps"][1]["median_seconds"]) == ([1, 1], 20 * 60)


def test_an_excluded_event_ends_the_attempt(as_analyst, acme, lives):
    assert reached(ask(as_analyst, acme, without=[{"event": "refund"}])) == [3, 2]
    assert reached(ask(as_analyst, acme, without=[{"event": "refund"}], drops="person")) == [2, 2]


def test_a_window_is_from_the_first_step(as_analyst, acme, lives):
    assert reached(ask(as_analyst, acme, window="15m")) == [3, 1]


def test_groups_are_told_by_the_first_step(as_analyst, acme, lives):
    groups = {
        each["value"]: each["steps"][1]["reached"] for each in ask(as_analyst, acme, by="country").json()["groups"]
    }

    assert groups == {"DE": 2, "FR": 1}


@pytest.mark.parametrize(
    "question, field, says",
    [
        ({"steps": [{"event": "signup"}]}, "steps", "2 to 10 steps"),
        ({"steps": "signup"}, "steps", "steps is a list"),
        ({"window": "14 days"}, "window", "Write 30m, 12h or 14d"),
        ({"order": "sideways"}, "order", "Choose from: ordered, strict, any"),
        ({"attribution": "7"}, "attribution", "first, last, 1, 2"),
        ({"by": "shoe"}, "by", "Unknown dimension 'shoe'"),
        ({"steps": [{"event": "a"}, {"evnt": "b"}]}, "steps", "Did you mean 'event'"),
    ],
)
def test_who_asks_wrong_is_told_what_to_write(as_analyst, acme, lives, question, field, says):
    answer = ask(as_analyst, acme, **question)

    assert answer.status_code == 400
    assert says in answer.json()["detail"]
    assert answer.json()["field"] == field


def test_an_address_names_each_step_by_itself_or_asks_about_the_example(as_analyst, acme, lives):
    refused = as_analyst.get(f"/api/v1/analytics/funnel?workspace={acme.uid}&steps=is,event,signup")

    assert (refused.status_code, refused.json()["field"]) == (400, "step")
    assert refused.json()["detail"] == "Name each step: step=is,event,page_view&step=is,event,signup."
    example = as_analyst.get(f"/api/analytics/funnel?workspace={acme.uid}").json()
    assert [step["label"] for step in example["steps"]] == ["page_view", "goal"]


def test_page_api_and_csv_say_the_same(as_analyst, acme, lives):
    state = "?period=yesterday&step=is,event,signup&step=is,goal,purchase&by=country"

    page = as_analyst.get(f"/w/{acme.slug}/reports/funnel/{state}").content.decode()
    rows = as_analyst.get(f"/w/{acme.slug}/reports/funnel.csv{state}").content.decode().splitlines()
    api = as_analyst.get(f"/api/v1/analytics/funnel{state}&workspace={acme.uid}")

    assert "<b>3</b> people" in page
    assert rows[1].startswith("(everybody),A,signup,3,")
    assert reached(api) == [3, 3]
    assert [row for row in rows if row.startswith("France,B")] == ["France,B,purchase,1,100.0,100.0,1800.0,1800.0"]


def test_the_people_behind_a_bar_can_be_kept_as_a_cohort(as_analyst, acme, lives):
    address = (
        f"/w/{acme.slug}/reports/funnel/people/?period=yesterday&step=is,event,signup&step=is,goal,purchase"
        "&without=is,event,refund&at=1&dropped=1"
    )

    page = as_analyst.get(address).content.decode()
    as_analyst.post(address, {"name": "Gave up"})

    assert "stopped after" in page
    assert page.count(f'href="/w/{acme.slug}/people/') == 1
    assert Cohort.objects.get(workspace=acme, name="Gave up").size == 1


def test_the_people_behind_a_group_of_the_breakdown_are_those_it_counts(as_analyst, acme, lives):
    state = "?period=yesterday&step=is,event,signup&step=is,goal,purchase&window=15m&by=country"
    shown = as_analyst.get(f"/w/{acme.slug}/reports/funnel/{state}").content.decode()
    links = re.findall(r'href="([^"]*/funnel/people/[^"]*group=DE[^"]*)"[^>]*>(\d+)<', shown)

    pages = {count: as_analyst.get(html.unescape(link)).content.decode() for link, count in links}
    as_analyst.post(html.unescape(links[0][0]), {"name": "Germans"})

    assert {count: page.count(f'href="/w/{acme.slug}/people/') for count, page in pages.items()} == {"2": 2, "1": 1}
    assert "Country: Germany" in pages["1"]
    assert Cohort.objects.get(workspace=acme, name="Germans").size == 2


def test_who_asks_for_a_group_of_a_funnel_without_groups_is_told_so(as_analyst, acme, lives):
    answer = as_analyst.get(f"/w/{acme.slug}/reports/funnel/people/?at=1&group=DE", follow=True)

    assert "This funnel has no groups" in answer.content.decode()


def test_a_step_that_is_not_there_leads_back_with_a_sentence(as_analyst, acme, lives):
    answer = as_analyst.get(f"/w/{acme.slug}/reports/funnel/people/?at=9", follow=True)

    assert "step is a number from 1 to 2" in answer.content.decode()


def test_nothing_of_a_neighbour_is_seen(as_analyst, acme, globex, lives):
    store_events(globex.dataset_id(), [did("09:00", "signup", 9), goal("09:05", "purchase", 9)])

    assert reached(ask(as_analyst, acme)) == [3, 3]


def test_somebody_who_enters_late_may_finish_after_the_period(as_analyst, acme, event_store, clock):
    store_events(acme.dataset_id(), [did("23:50", "signup", 1), Sent("2026-03-10T00:10", "goal", "/", 1, "purchase")])

    assert reached(ask(as_analyst, acme)) == [1, 1]


def test_a_viewer_is_not_shown_people(as_viewer, acme):
    assert as_viewer.get(f"/w/{acme.slug}/reports/funnel/people/").status_code in {403, 404}


def test_accounts_are_those_of_the_list_of_accounts(as_analyst, acme, event_store, clock):
    """Two people of one company: one signs up, the other pays."""
    of = {"props": {"account": "mugs-inc"}}
    store_events(
        acme.dataset_id(), [Sent("09:00", "custom", "/", 1, "signup", fields=of), goal("10:00", "purchase", 2, **of)]
    )
    listed = as_analyst.get(f"/api/v1/analytics/accounts?workspace={acme.uid}&period=yesterday").json()["accounts"]

    assert [(each["name"], each["people"]) for each in listed] == [("mugs-inc", 2)]
    assert reached(ask(as_analyst, acme, per="account")) == [1, 1]
    assert reached(ask(as_analyst, acme)) == [1, 0]
