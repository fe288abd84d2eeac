"""Cohorts: living and frozen, by behaviour, by property, by list; and that a question may name them."""

import io

import pytest
from django.test import Client

from analytics import cohorts
from analytics.models import Cohort
from analytics.query.lookup import cohort_of
from analytics.reports import people_of
from analytics.tests.test_api import key_of
from analytics.tests.world import Sent, page_view, store_events
from config.lib.problems import Problem
from config.testing.world import NOW
from tracking import store

pytestmark = pytest.mark.usefixtures("event_store", "clock")
API = "/api/v1/analytics/cohorts"
BUYERS = [["did", {"filters": [["is", "goal", ["purchase"]]], "times": 2}]]


@pytest.fixture
def as_key(acme, owner):
    return Client(headers={"X-API-Key": key_of(acme, owner, permissions=("read", "write"))})


def buy(at: str, visitor: int, **fields) -> Sent:
    return Sent(at, "goal", "/", visitor, "purchase", fields=fields)


@pytest.fixture
def world(acme):
    """Ann (visitor 1) bought twice, Bob (2) once, Cid (3) twice but long ago; all three looked in yesterday."""
    ann, bob, cid = ({"user_id": name} for name in ("ann", "bob", "cid"))
    store_events(
        acme.dataset_id(),
        [
            buy("2026-03-08T10:00", 1, **ann), buy("10:00", 1, **ann), page_view("10:01", visitor=1, fields=ann),
            buy("10:00", 2, **bob), page_view("10:01", visitor=2, fields=bob),
            buy("2026-01-05T10:00", 3, **cid), buy("2026-01-05T10:01", 3, **cid),
            page_view("11:00", visitor=3, fields=cid),
        ],
    )  # fmt: skip
    return acme


def new(client, **fields):
    return client.post(API, {"name": "Buyers"} | fields, "application/json")


def visitors(client, uid: str) -> float:
    question = {"metrics": ["visitors"], "period": "yesterday", "cohort": uid}
    return client.post("/api/v1/analytics/query", question, "application/json").json()["totals"]["visitors"]


def test_a_living_cohort_is_found_anew_by_what_people_did(world, as_key):
    uid = new(as_key, filters=BUYERS, days=30).json()["id"]
    before = visitors(as_key, uid)
    store_events(world.dataset_id(), [buy("12:00", 2, user_id="bob")])

    assert before == 1
    assert visitors(as_key, uid) == 2
    assert as_key.get(f"{API}/{uid}/members").json()["size"] == 2


def test_its_days_reach_back_from_today_whatever_period_is_asked_about(world, as_key):
    short, long = (new(as_key, name=f"{days}", filters=BUYERS, days=days).json()["id"] for days in (30, 90))

    assert (visitors(as_key, short), visitors(as_key, long)) == (1, 2)


def test_a_cohort_by_property_holds_who_had_it_once(world, as_key):
    store_events(
        world.dataset_id(), [Sent("12:00", "custom", "/", 2, "x", fields={"props": {"plan": "pro"}, "user_id": "bob"})]
    )
    uid = new(as_key, filters=[["is", "prop:plan", ["pro"]]]).json()["id"]

    found = as_key.get(f"{API}/{uid}/members").json()

    assert [(each["user_id"], each["visits"]) for each in found["members"]] == [("bob", 2)]


def test_a_list_of_user_ids_stays_as_it_was(world, as_key):
    made = new(as_key, user_ids=["ann", "cid", "nobody"]).json()

    found = as_key.get(f"{API}/{made['id']}/members").json()

    assert (made["kind"], made["size"]) == ("frozen", 3)
    assert {each["user_id"] for each in found["members"]} == {"ann", "cid"}
    assert visitors(as_key, made["id"]) == 2


def test_a_living_cohort_is_frozen_at_a_moment(world, as_key, owner):
    uid = new(as_key, filters=BUYERS).json()["id"]
    cohort = Cohort.objects.get(uid=uid)
    frozen = cohorts.freeze(cohort, "live", name="Then", actor=owner, now=NOW)
    store_events(world.dataset_id(), [buy("12:00", 2, user_id="bob")])

    assert (frozen.size, visitors(as_key, str(frozen.uid)), visitors(as_key, uid)) == (1, 1, 2)


def test_a_deleted_list_is_gone_from_the_store_too(world, owner):
    made = cohorts.save_people(world, "live", name="Few", people=[1, 2, 2], actor=owner, now=NOW)
    dataset_id = world.dataset_id()
    count = "SELECT count() FROM cohort_members"
    before = store.query(count, dataset_id=dataset_id).rows

    cohorts.delete(made, actor=owner, now=NOW)

    assert before == [(2,)]
    assert store.query(count, dataset_id=dataset_id).rows == [(0,)]


def test_nobodys_list_reaches_into_another_workspace(world, globex, stranger):
    store_events(globex.dataset_id(), [page_view("10:00", visitor=1)])
    theirs = cohorts.save_people(globex, "live", name="Theirs", people=[1], actor=stranger, now=NOW)
    people = cohort_of(theirs, NOW, "UTC")

    assert people_of.size(world.dataset_id(), [people], NOW) == [0]
    assert people_of.size(globex.dataset_id(), [people], NOW) == [1]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"filters": BUYERS, "user_ids": ["a"]}, "which_kind"),
        ({}, "no_filters"),
        ({"user_ids": [" "]}, "invalid"),
        ({"filters": [["cohort", "x"]]}, "invalid_query"),
        ({"filters": BUYERS, "days": 0}, "invalid"),
    ],
)
def test_what_makes_no_cohort_is_refused_with_a_reason(world, as_key, fields, code):
    assert new(as_key, **fields).json()["code"] == code


def test_the_people_of_a_list_do_not_change(world, as_key):
    uid = new(as_key, user_ids=["ann"]).json()["id"]

    refused = as_key.put(f"{API}/{uid}", {"filters": BUYERS}, "application/json")
    renamed = as_key.put(f"{API}/{uid}", {"name": "Ann"}, "application/json")

    assert refused.json()["code"] == "frozen"
    assert renamed.json()["name"] == "Ann"


def test_of_a_list_other_people_are_refused_and_what_was_read_can_be_sent_back(world, as_key):
    cohort = new(as_key, user_ids=["ann"]).json()
    address = f"{API}/{cohort['id']}"

    others = as_key.put(address, {"user_ids": ["bob"]}, "application/json")
    sent_back = as_key.put(address, cohort | {"name": "Ann"}, "application/json")

    assert others.status_code == 422 and "Make a new cohort of these." in others.content.decode()
    assert (sent_back.status_code, sent_back.json()["name"], sent_back.json()["size"]) == (200, "Ann", 1)


def test_a_field_that_nobody_reads_is_refused(world, as_key):
    unread = new(as_key, filters=BUYERS, day=7)
    cohort = new(as_key, filters=BUYERS).json()
    misspelt = as_key.put(f"{API}/{cohort['id']}", {"dyas": 7}, "application/json")

    assert unread.status_code == misspelt.status_code == 422
    assert "Unknown field day. Did you mean days?" in unread.content.decode()
    assert "Unknown field dyas. Did you mean days?" in misspelt.content.decode()


def test_a_store_that_is_away_leaves_no_half_made_cohort(world, owner, settings):
    settings.EVENT_STORE_URL = "http://default:@127.0.0.1:9/nothing"

    with pytest.raises(store.StoreUnavailable):
        cohorts.save_people(world, "live", name="Few", people=[1], actor=owner, now=NOW)

    assert Cohort.objects.count() == 0


def test_too_few_people_are_no_cohort(world, owner):
    with pytest.raises(Problem, match="nobody to keep"):
        cohorts.save_people(world, "live", name="None", people=[], actor=owner, now=NOW)


def test_the_pages_make_a_cohort_of_conditions_and_show_who_is_in_it(world, as_analyst):
    state = "?f=did,2%28is,goal,purchase%29"

    form = as_analyst.get(f"/w/acme/cohorts/new/{state}").content.decode()
    sent = {"name": "Buyers", "days": "30", "kind": "living", "f": "did,2(is,goal,purchase)"}
    made = as_analyst.post(f"/w/acme/cohorts/new/{state}", sent, follow=True).content.decode()
    listed = as_analyst.get("/w/acme/cohorts/").content.decode()

    assert "<b>1</b> people in the last 30 days" in form
    assert ">ann<" in made
    assert ">bob<" not in made
    assert "did purchase at least 2 times" in listed


def test_a_csv_of_user_ids_is_uploaded_and_its_heading_left_out(world, as_analyst, as_admin):
    file = io.BytesIO("\ufeffuser_id,name\nann,Ann\ncid,Cid\n\n".encode())
    file.name = "people.csv"

    as_analyst.post("/w/acme/cohorts/upload/", {"name": "List", "file": file})
    cohort = Cohort.objects.get()
    frozen = as_analyst.post(f"/w/acme/cohorts/{cohort.uid}/freeze/", follow=True)
    csv = as_admin.get(f"/w/acme/cohorts/{cohort.uid}.csv").content.decode()

    assert (cohort.kind, cohort.size) == ("frozen", 2)
    assert frozen.status_code == 200
    assert {line.split(",")[1] for line in csv.splitlines()[1:]} == {"ann", "cid"}


def test_an_upload_without_anybody_says_so(world, as_analyst):
    answer = as_analyst.post("/w/acme/cohorts/upload/", {"name": "List", "ids": "user_id\n\n"})

    assert "There is nobody to keep" in answer.content.decode()
