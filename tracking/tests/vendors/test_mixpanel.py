"""Mixpanel's ingestion API, as its Python SDK and plain HTTP use it."""

import base64
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from mixpanel import Consumer, Mixpanel, MixpanelException, ServiceAccountCredentials

from tracking.steps.visitor import of_id
from tracking.tests.door import NOW_MS, events, post

TOKEN = "6a1f0b2c3d4e5f60718293a4b5c6d7e8"
FORM = "application/x-www-form-urlencoded"
SIGNUP = {
    "event": "Signup",
    "properties": {
        "time": NOW_MS - 1000,
        "distinct_id": "u-1",
        "$insert_id": "29fc2962-6d9c-455d-95ad-95b84f09b9e4",
        "Referred by": "Friend",
        "token": TOKEN,
    },
}
PAGE = {
    "event": "$mp_web_page_view",
    "properties": {
        "$current_url": "https://acme.example/a",
        "current_page_title": "A",
        "$screen_width": 1440,
        "$screen_height": 900,
        "$browser": "Chrome",
        "mp_lib": "web",
        "time": (NOW_MS - 1000) / 1000,
        "distinct_id": "$device:d-1",
        "$device_id": "d-1",
        "$insert_id": "bjbeifzc7ed2xg4r",
        "token": TOKEN,
    },
}


@pytest.fixture
def token(claimed) -> str:
    return claimed("mixpanel", TOKEN)


def sender(site: str, token: str, **about: Any) -> Mixpanel:
    addresses = {"events_url": "track", "people_url": "engage", "import_url": "import", "groups_url": "groups"}
    return Mixpanel(token, Consumer(**{name: f"{site}/{path}" for name, path in addresses.items()}, **about))


@pytest.mark.django_db(transaction=True)
def test_what_the_python_sdk_sends_is_stored(live_site, arrived, token):
    began_ms = int(time.time() * 1000)
    mixpanel = sender(live_site, token)
    mixpanel.track("u-1", "Signed Up", {"plan": "pro", "value": 3})
    mixpanel.people_set("u-1", {"$city": "Rome", "tier": "gold"})
    mixpanel.people_set_once("u-1", {"first": 1})
    mixpanel.people_unset("u-1", ["old"])
    mixpanel.people_increment("u-1", {"logins": 2})
    mixpanel.people_track_charge("u-1", 9.5)
    mixpanel.group_set("company", "c-1", {"seats": 5})

    signed_up, was_set, once, unset, increment, charge, group = arrived()
    assert (signed_up.name, signed_up.user_id, signed_up.value) == ("Signed Up", "u-1", 3)
    assert signed_up.props == {"plan": "pro"}
    assert (was_set.type, was_set.traits) == ("identify", {"city": "Rome", "tier": "gold"})
    assert (once.traits_once, unset.traits) == ({"first": "1"}, {"old": ""})
    assert (increment.name, increment.props) == ("profile_changed", {"add.logins": "2"})
    assert (charge.name, charge.value) == ("charge", 9.5)
    assert (group.name, group.props) == ("group", {"seats": "5", "company": "c-1", "account": "c-1"})
    # Both clocks are one; what it writes has microseconds, of which we keep milliseconds.
    assert began_ms - 1 <= signed_up.at_ms <= time.time() * 1000


@pytest.mark.django_db(transaction=True)
def test_the_python_sdk_imports_history(live_site, arrived, claimed, token):
    account = ServiceAccountCredentials("anna.serviceaccount", "secret", "3012345")
    old = int(time.time()) - 400 * 86_400
    sender(live_site, token, credentials=account).import_data(None, "u-1", "Signup", old, {"plan": "pro"})

    (event,) = arrived()
    assert (event.name, event.user_id, event.at_ms) == ("Signup", "u-1", old * 1000)


@pytest.mark.django_db(transaction=True)
def test_the_python_sdk_is_told_of_a_wrong_token(live_site, event_store):
    with pytest.raises(MixpanelException, match="Send the API key of a workspace"):
        sender(live_site, "nobodys-token").track("u-1", "x")


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (urlencode({"data": json.dumps([PAGE])}), FORM, b"1"),
        (urlencode({"data": base64.b64encode(json.dumps(PAGE).encode())}), FORM, b"1"),
        (urlencode({"data": json.dumps(PAGE), "verbose": 1}), FORM, b'{"status":1,"error":null}'),
        (json.dumps([PAGE]), "application/json", b'{"status":1,"error":null}'),
    ],
)
def test_every_form_of_a_page_view_is_the_same(acme, token, body, content_type, said):
    answer = post(body, url="/track/?ip=1&_=1", content_type=content_type, Origin="https://acme.example")

    assert (answer.status_code, answer.content) == (200, said)
    (event,) = events(acme.dataset_id())
    assert (event.type, event.url, event.title) == ("page_view", "https://acme.example/a", "A")
    assert (event.at_ms, event.screen, event.props) == (NOW_MS - 1000, "1440x900", {})
    assert event.visitor == of_id(acme.dataset_id(), "visitor", "d-1")
    assert event.user_id == ""


@pytest.mark.usefixtures("clock")
def test_a_browser_shows_its_script_the_answer_though_cookies_go_with_it(token):
    answer = post([PAGE], url="/track/", Origin="https://acme.example")

    assert answer.headers["Access-Control-Allow-Origin"] == "https://acme.example"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.usefixtures("clock")
def test_the_address_may_bring_the_data(acme, token):
    answer = Client().get("/track", {"data": base64.b64encode(json.dumps(SIGNUP).encode()).decode(), "verbose": "1"})

    assert json.loads(answer.content) == {"status": 1, "error": None}
    assert [event.name for event in events(acme.dataset_id())] == ["Signup"]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
def test_an_import_says_what_failed(acme, token, content_type):
    sent = [SIGNUP, SIGNUP, {"event": "x", "properties": {"time": "soon"}}]
    body = json.dumps(sent) if content_type == "application/json" else "\n".join(map(json.dumps, sent)) + "\n"
    credentials = base64.b64encode(f"{token}:".encode()).decode()
    answer = post(body, url="/import?strict=1", content_type=content_type, Authorization=f"Basic {credentials}")

    said = json.loads(answer.content)
    assert (answer.status_code, said["code"], said["num_records_imported"]) == (400, 400, 2)
    (failed,) = said["failed_records"]
    assert (failed["index"], failed["field"]) == (2, "properties.time")
    (event,) = events(acme.dataset_id())
    assert (event.name, event.user_id, event.props) == ("Signup", "u-1", {"Referred by": "Friend"})


@pytest.mark.usefixtures("clock")
def test_a_good_import_is_answered_as_published(token):
    answer = post([SIGNUP], url="/import?strict=1", content_type="application/json")

    assert json.loads(answer.content) == {"code": 200, "num_records_imported": 1, "status": "OK"}


@pytest.mark.usefixtures("clock")
def test_a_service_account_names_the_project_by_its_number(acme, claimed):
    credentials = base64.b64encode(b"anna.serviceaccount:secret").decode()
    project = claimed("mixpanel", "3012345")
    unnamed = {"event": "Signup", "properties": {"time": NOW_MS, "distinct_id": "u-1", "$insert_id": "i"}}
    answer = post([unnamed], url=f"/import?project_id={project}", Authorization=f"Basic {credentials}")

    assert json.loads(answer.content)["num_records_imported"] == 1
    assert [event.user_id for event in events(acme.dataset_id())] == ["u-1"]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("name", "properties", "user", "previous"),
    [
        ("$identify", {"distinct_id": "u-1", "$user_id": "u-1", "$anon_distinct_id": "$device:d-1"}, "u-1", "d-1"),
        ("$create_alias", {"distinct_id": "old", "alias": "new"}, "new", "old"),
        ("$merge", {"$distinct_ids": ["new", "old"]}, "new", "old"),
    ],
)
def test_who_turned_out_to_be_who(acme, token, name, properties, user, previous):
    post([{"event": name, "properties": properties | {"token": token}}], url="/track")

    (event,) = events(acme.dataset_id())
    assert (event.type, event.user_id) == ("identify", user)
    assert of_id(acme.dataset_id(), "visitor", previous) in event.previous


@pytest.mark.usefixtures("clock")
def test_a_token_deletes_nobody(acme, token):
    answer = post([{"$token": token, "$distinct_id": "u-1", "$delete": ""}], url="/engage")

    assert (answer.status_code, json.loads(answer.content)["status"]) == (400, 0)
    assert events(acme.dataset_id()) == []


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "body", ["", "data=%25", "data=", "{", "[[]]", '[{"properties": {"token": "a"}}, {"$token": "b"}]']
)
def test_what_cannot_be_read_is_refused(token, body):
    answer = post(body, url="/track", content_type=FORM if body.startswith("data") else "application/json")

    assert answer.status_code in (400, 401)
    assert answer.content == b"0" or json.loads(answer.content)["status"] == 0
