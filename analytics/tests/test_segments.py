"""Segments: saved conditions, made by page and API, chosen in every report."""

import pytest
from django.test import Client

from analytics.models import Segment
from analytics.tests.test_api import key_of
from analytics.tests.world import Sent, page_view, store_events

pytestmark = pytest.mark.usefixtures("event_store", "clock")
API = "/api/v1/analytics/segments"
GERMANS = [["is", "country", ["DE"]]]


@pytest.fixture
def as_key(acme, owner):
    return Client(headers={"X-API-Key": key_of(acme, owner, permissions=("read", "write"))})


@pytest.fixture
def world(acme):
    germany, france = {"country": "DE"}, {"country": "FR"}
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", visitor=1, client=germany), Sent("10:01", "custom", "/", 1, "signup", client=germany),
            page_view("10:00", visitor=2, client=germany), page_view("10:00", visitor=3, client=france),
        ],
    )  # fmt: skip
    return acme


def made(client, **fields):
    return client.post(API, {"name": "Germans", "filters": GERMANS} | fields, "application/json")


def test_a_segment_narrows_questions_of_pages_and_api_alike(world, as_key, as_viewer):
    uid = made(as_key).json()["id"]
    question = {"metrics": ["visitors"], "period": "yesterday"}

    by_field = as_key.post("/api/v1/analytics/query", question | {"segment": uid}, "application/json").json()
    by_filter = as_key.post(
        "/api/v1/analytics/query", question | {"filters": [["segment", uid]]}, "application/json"
    ).json()
    shown = as_viewer.get(f"/w/acme/?period=yesterday&f=segment,{uid}").content.decode()

    assert by_field["totals"] == by_filter["totals"] == {"visitors": 2}
    assert "Segment Germans" in shown


def test_it_is_read_changed_and_deleted(world, as_key):
    uid = made(as_key).json()["id"]

    changed = as_key.put(f"{API}/{uid}", {"name": "All of Europe"}, "application/json").json()
    listed = as_key.get(API).json()
    gone = as_key.delete(f"{API}/{uid}")
    after = as_key.post("/api/v1/analytics/query", {"segment": uid}, "application/json")

    assert (changed["name"], changed["filters"]) == ("All of Europe", GERMANS)
    assert [each["id"] for each in listed] == [uid]
    assert gone.status_code == 204
    assert (after.status_code, after.json()["detail"]) == (
        400, f"There is no segment {uid!r}. Name one by its id, or write out what it says.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"filters": [["is", "contry", ["DE"]]]}, 400, "invalid_query"),
        ({"filters": []}, 422, "no_filters"),
        ({"filters": [["segment", "x"]]}, 400, "invalid_query"),
        ({"name": ""}, 422, "invalid"),
        ({"name": "GERMANS"}, 409, "name_taken"),
    ],
)
def test_what_makes_no_segment_is_refused_with_a_reason(world, as_key, fields, status, code):
    made(as_key)

    refused = made(as_key, **({"name": "Other"} | fields))

    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_field_that_nobody_reads_is_refused_and_what_was_read_can_be_sent_back(world, as_key):
    refused = as_key.post(API, {"name": "X", "filter": GERMANS, "filters": GERMANS}, "application/json")
    segment = made(as_key).json()
    misspelt = as_key.put(f"{API}/{segment['id']}", {"nmae": "Europe"}, "application/json")
    sent_back = as_key.put(f"{API}/{segment['id']}", segment | {"name": "Europe"}, "application/json")

    assert refused.status_code == misspelt.status_code == 422
    assert "Unknown field filter. Did you mean filters?" in refused.content.decode()
    assert "Unknown field nmae. Did you mean name?" in misspelt.content.decode()
    assert (sent_back.status_code, sent_back.json()["name"]) == (200, "Europe")


def test_a_neighbours_segment_is_not_there(world, globex, stranger, as_key):
    theirs = Client(headers={"X-API-Key": key_of(globex, stranger)})
    uid = made(as_key).json()["id"]

    refused = theirs.post("/api/v1/analytics/query", {"segment": uid}, "application/json")

    assert theirs.get(f"{API}/{uid}").status_code == 404
    assert refused.json()["detail"].startswith("There is no segment")


def test_segmentation_counts_the_visitors_of_each_segment_and_of_each_value(world, as_key):
    made(as_key)
    made(as_key, name="Signed up", filters=[["did", {"filters": [["is", "event", ["signup"]]]}]])

    into = as_key.get("/api/analytics/segmentation", {"period": "yesterday"}).json()
    by = as_key.get("/api/analytics/segmentation", {"period": "yesterday", "by": "country"}).json()

    assert into["visitors"] == by["visitors"] == 3
    assert [(each["name"], each["visitors"], round(each["share"])) for each in into["groups"]] == [
        ("Germans", 2, 67), ("Signed up", 1, 33),
    ]  # fmt: skip
    assert [(each["key"], each["visitors"]) for each in by["groups"]] == [("DE", 2), ("FR", 1)]


def test_an_analyst_saves_the_filters_of_a_report_and_finds_them_in_its_menu(world, as_analyst, acme):
    form = as_analyst.get("/w/acme/segments/new/?f=is,country,DE").content.decode()
    saved = as_analyst.post("/w/acme/segments/new/?f=is,country,DE", {"name": "Germans", "f": "is,country,DE"})
    segment = Segment.objects.get(workspace=acme)
    menu = as_analyst.get("/w/acme/reports/trends/").content.decode()

    assert "<b>2</b> visitors" in form
    assert saved["Location"] == "/w/acme/segments/"
    assert segment.filters == GERMANS
    assert f"f=segment,{segment.uid}" in menu


def test_the_form_edits_by_address_and_says_what_is_wrong(world, as_analyst, acme, owner, as_key):
    uid = made(as_key).json()["id"]
    other = made(as_key, name="Taken").json()["id"]

    opened = as_analyst.get(f"/w/acme/segments/{uid}/")
    added = as_analyst.get(f"/w/acme/segments/{uid}/?f=is,country,DE&did=not&did_event=signup&did_times=2&did_days=7")
    taken = as_analyst.post(f"/w/acme/segments/{uid}/?f=is,country,DE", {"name": "taken", "f": "is,country,DE"})
    deleted = as_analyst.post(f"/w/acme/segments/{other}/delete/")

    assert opened["Location"] == f"/w/acme/segments/{uid}/?f=is,country,DE"
    assert added["Location"] == f"/w/acme/segments/{uid}/?f=is,country,DE&f=not%28did,2,7%28is,event,signup%29%29"
    assert "There is a segment of this name." in taken.content.decode()
    assert deleted.status_code == 302
    assert Segment.objects.filter(uid=other).count() == 0


def test_a_viewer_may_look_but_not_save(world, as_viewer):
    assert as_viewer.get("/w/acme/segments/").status_code == 200
    assert as_viewer.get("/w/acme/segments/new/").status_code == 403
