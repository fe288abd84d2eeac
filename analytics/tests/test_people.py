"""Visits, people and accounts through the API: stable pages, one person's whole story, nobody else's."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from analytics.tests.world import Sent, page_view, store_events
from config.testing.world import NOW
from tracking import store
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("event_store", "clock")
SESSIONS, PEOPLE, ACCOUNTS = (f"/api/v1/analytics/{name}" for name in ("sessions", "people", "accounts"))
YESTERDAY = {"from": "2026-03-09", "to": "2026-03-09"}


def key_of(workspace, owner):
    made = api_keys.issue(workspace, name="R", actor=owner, now=NOW, kind="secret", permissions=["read"])
    return Client(headers={"X-API-Key": made[1]})


@pytest.fixture
def as_key(acme, owner):
    return key_of(acme, owner)


def signed_in(at, visitor, user, **fields):
    return Sent(at, "custom", "/app", visitor, "login", client={"country": "DE"}, fields={"user_id": user} | fields)


def test_a_list_of_visits_is_walked_without_gaps_while_new_ones_arrive(acme, as_key):
    store_events(acme.dataset_id(), [page_view(f"10:{n:02}", visitor=n) for n in range(1, 8)])
    asked = YESTERDAY | {"limit": "3"}

    pages = [as_key.get(SESSIONS, asked).json()]
    while pages[-1]["next_cursor"]:
        store_events(acme.dataset_id(), [page_view(f"11:0{len(pages)}", visitor=50 + len(pages))])
        pages.append(as_key.get(SESSIONS, asked | {"cursor": pages[-1]["next_cursor"]}).json())

    starts = [visit["started_at"][11:16] for each in pages for visit in each["sessions"]]
    assert starts == [f"10:0{n}" for n in range(7, 0, -1)]


def test_a_cursor_of_another_workspace_is_refused(acme, globex, stranger, as_key):
    store_events(globex.dataset_id(), [page_view("10:00", visitor=n) for n in (1, 2)])
    for url in (SESSIONS, PEOPLE):
        cursor = key_of(globex, stranger).get(url, YESTERDAY | {"limit": "1"}).json()["next_cursor"]
        refused = as_key.get(url, YESTERDAY | {"cursor": cursor})
        assert (refused.status_code, refused.json()["field"]) == (400, "cursor")


def test_people_come_by_when_they_were_last_here(acme, as_key):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", visitor=1),
            page_view("11:00", visitor=2),
            page_view("12:00", visitor=1),
            page_view("13:00", "/b", 3),
        ],
    )
    asked = YESTERDAY | {"limit": "2"}

    first = as_key.get(PEOPLE, asked).json()
    second = as_key.get(PEOPLE, asked | {"cursor": first["next_cursor"]}).json()

    assert [(each["person_id"], each["visits"]) for each in first["people"]] == [("3", 1), ("1", 2)]
    assert [each["person_id"] for each in second["people"]] == ["2"]
    assert second["next_cursor"] is None


def test_people_are_found_by_their_id_and_by_what_is_known_of_them(acme, as_key):
    stored = store_events(acme.dataset_id(), [signed_in("10:00", 1, "u-17"), signed_in("10:01", 2, "u-18")])
    persons = dict(zip(stored.events["user_id"], stored.events["person_id"], strict=True))
    row = {"dataset_id": [acme.dataset_id()], "person_id": [persons["u-18"]], "name": ["company"], "value": ["Initech"],
           "version": [1]}  # fmt: skip
    store.insert("traits", row, token="company of u-18")

    def found(search):
        return [each["user_id"] for each in as_key.get(PEOPLE, YESTERDAY | {"search": search}).json()["people"]]

    assert (found("U-17"), found("initech"), found("nobody")) == (["u-17"], ["u-18"], [])


def test_one_person_has_visits_with_events_properties_and_revenue(acme, as_key):
    paid = {"user_id": "u-17", "value": 20.0, "currency": "EUR"}
    stored = store_events(
        acme.dataset_id(),
        [
            page_view("2026-03-01T09:00", "/", 1, client={"country": "FR", "device": "phone"}),
            signed_in("10:00", 1, "u-17"),
            Sent("10:05", "custom", "/pay", 1, "payment_completed", fields=paid),
            page_view("10:00", "/secret", 2),
        ],
    )  # fmt: skip
    person = str(stored.events["person_id"][1])

    answer = as_key.get(f"{PEOPLE}/{person}").json()

    assert (answer["user_id"], answer["name"], answer["revenue"]) == ("u-17", "u-17", {"EUR": "20.00"})
    assert [[event["name"] for event in visit["timeline"]] for visit in answer["sessions"]] == [
        ["login", "payment_completed", "session_end"]
    ]
    assert "/secret" not in str(answer)


def test_a_visit_that_is_over_ends_and_its_end_is_stored_nowhere(acme, as_key):
    told = Sent("10:20", "session_end", "/", 2, fields={"props": {"reason": "manual"}})
    ended = [page_view("10:00", "/", 1), page_view("10:04", "/b", 1), page_view("10:00", "/", 2), told]
    store_events(acme.dataset_id(), [*ended, page_view("2026-03-10T11:45", "/", 3)])  # fifteen minutes ago

    def timeline(visitor):
        (visit,) = as_key.get(f"{PEOPLE}/{visitor}").json()["sessions"]
        return [(event["at"][11:16], event["name"], event["properties"].get("reason")) for event in visit["timeline"]]

    assert timeline(1)[1:] == [("10:04", "page_view", None), ("10:04", "session_end", "server")]
    assert timeline(2)[1:] == [("10:20", "session_end", "manual")]
    assert timeline(3) == [("11:45", "page_view", None)]
    assert as_key.get(f"{PEOPLE}/1").json() == as_key.get(f"{PEOPLE}/1").json()
    assert as_key.get(SESSIONS, YESTERDAY).json()["sessions"][0]["events"] == 2


@pytest.mark.parametrize("person", ["999999", "nobody", "-1", str(1 << 64), "١٢"])
def test_who_is_nobody_here_is_not_found(acme, globex, as_key, person):
    store_events(globex.dataset_id(), [page_view("10:00", visitor=999999)])

    assert as_key.get(f"{PEOPLE}/{person}").status_code == 404


def test_accounts_group_people_by_a_property_of_their_events(acme, as_key):
    def used(at, visitor, company, **fields):
        return Sent(at, "custom", "/", visitor, "used", fields={"props": {"company": company}} | fields)

    paid = Sent("12:00", "custom", "/", 2, "purchase", fields={"value": 9.5, "props": {"company": "Initech"}})
    initech = [used("10:00", 1, "Initech"), used("11:00", 2, "Initech"), paid]
    store_events(acme.dataset_id(), [*initech, used("10:00", 3, "Hooli"), page_view("10:00", "/", 4)])

    answer = as_key.get(ACCOUNTS, YESTERDAY | {"by": "company"}).json()

    assert [(each["name"], each["people"], each["events"], each["revenue"]) for each in answer["accounts"]] == [
        ("Initech", 2, 3, {"USD": "9.50"}), ("Hooli", 1, 1, {}),
    ]  # fmt: skip
    assert as_key.get(ACCOUNTS, {"by": "a'b"}).json()["field"] == "by"


def test_viewers_see_no_single_people(acme, as_viewer):
    for url in (SESSIONS, PEOPLE, ACCOUNTS, f"{PEOPLE}/1"):
        assert as_viewer.get(f"{url}?workspace=acme").status_code == 403


def test_a_visit_that_grows_is_one_visit(acme, as_key):
    states: dict = {}
    store_events(acme.dataset_id(), [page_view("10:00")], states)
    store_events(acme.dataset_id(), [page_view("10:05", "/b")], states)

    (visit,) = as_key.get(SESSIONS, YESTERDAY).json()["sessions"]

    assert (visit["pageviews"], visit["exit_page"]) == (2, "/b")
    assert datetime.fromisoformat(visit["ended_at"]) == datetime(2026, 3, 9, 10, 5, tzinfo=UTC)
