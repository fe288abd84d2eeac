"""PostHog's capture API, as its Python SDK uses it, and in every packing that its scripts have sent."""

import base64
import gzip
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from lzstring import LZString
from posthog import Posthog

from tracking.steps.visitor import of_id
from tracking.tests.door import NOW_MS, events, post, verdicts

KEY = "phc_ForAcmeOnly123"
EVENT: dict[str, Any] = {
    "uuid": "01a1fd04-db7a-76a8-ac1d-b8729d4045bd",
    "event": "$pageview",
    "timestamp": "2026-03-10T11:59:59.000Z",
    "properties": {
        "token": KEY,
        "distinct_id": "device-1",
        "$device_id": "device-1",
        "$session_id": "s-1",
        "$current_url": "https://acme.example/pricing",
        "$referrer": "$direct",
        "$screen_width": 1440,
        "$screen_height": 900,
        "$browser_language": "de-DE",
        "$lib": "web",
        "title": "Pricing",
        "plan": "pro",
        "ü": [1, {"a": None}],
    },
}
TEXT = json.dumps(EVENT)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def key(claimed) -> str:
    return claimed("posthog", KEY)


def capture(text: str | bytes, query: str = "", content_type: str = "text/plain") -> Any:
    return post(text, url=f"/e/?{query}", content_type=content_type, Origin="https://acme.example")


@pytest.mark.django_db(transaction=True)
def test_what_the_python_sdk_sends_is_stored(live_site, arrived, acme, key):
    began_ms = int(time.time() * 1000)
    failures: list[Any] = []
    sender = Posthog(key, host=live_site, gzip=True, on_error=lambda error, batch: failures.append(error))
    named = sender.capture(
        "bought", distinct_id="user-7", properties={"value": 3, "plan": "pro", "$set": {"tier": "gold"}},
        groups={"company": "c-1"},
    )  # fmt: skip
    sender.set(distinct_id="user-7", properties={"city": "Rome"})
    sender.group_identify("company", "c-1", {"seats": 5})
    sender.alias(previous_id="anonymous-1", distinct_id="user-7")
    assert sender.evaluate_flags("user-7").is_enabled("beta") is False
    sender.shutdown()

    assert failures == []
    bought, was_set, group, alias, asked = arrived()
    assert (bought.name, bought.user_id, bought.value) == ("bought", "user-7", 3)
    assert bought.event_id.hex() == named.replace("-", "")
    assert bought.props == {"plan": "pro", "company": "c-1", "account": "c-1"}
    assert bought.traits == {"tier": "gold"}
    assert (was_set.type, was_set.traits) == ("identify", {"city": "Rome"})
    assert (group.name, group.props) == ("group", {"account": "c-1", "seats": "5"})
    assert (group.user_id, group.visitor) == ("", 0)
    assert alias.user_id == "user-7"
    assert of_id(acme.dataset_id(), "visitor", "anonymous-1") in alias.previous
    assert asked.name == "feature_flag_called"
    assert all(began_ms <= event.at_ms <= time.time() * 1000 for event in (bought, was_set, group, alias))


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("body", "query", "content_type"),
    [
        (TEXT, "", "application/json"),
        (json.dumps([EVENT]), "", "application/json"),
        (json.dumps({"api_key": KEY, "batch": [EVENT]}), "ver=1", "text/plain"),
        (gzip.compress(TEXT.encode()), "compression=gzip-js", "text/plain"),
        (base64.b64encode(TEXT.encode()), "compression=base64", "text/plain"),
        (urlencode({"data": base64.b64encode(TEXT.encode())}), "compression=base64", FORM),
        (urlencode({"data": TEXT}), "", FORM),
        (urlencode({"data": LZString().compressToBase64(TEXT)}), "compression=lz64", FORM),
        (LZString().compressToBase64(TEXT), "compression=lz64", "text/plain"),
    ],
    ids=["json", "list", "batch", "gzip", "base64", "form-base64", "form-json", "form-lz", "lz"],
)
def test_every_packing_is_the_same_event(acme, key, body, query, content_type):
    answer = capture(body, query, content_type)

    assert (answer.status_code, json.loads(answer.content)) == (200, {"status": 1})
    (event,) = events(acme.dataset_id())
    assert (event.type, event.url, event.title) == ("page_view", "https://acme.example/pricing", "Pricing")
    assert (event.at_ms, event.screen, event.language) == (NOW_MS - 1000, "1440x900", "de-DE")
    assert event.visitor == of_id(acme.dataset_id(), "visitor", "device-1")
    assert event.session == of_id(acme.dataset_id(), "session", "s-1")
    assert event.user_id == event.referrer == ""
    assert event.props == {"plan": "pro", "ü": '[1,{"a":null}]'}
    assert event.event_id.hex() == EVENT["uuid"].replace("-", "")


@pytest.mark.usefixtures("clock")
def test_a_get_brings_its_data_in_the_address(acme, key):
    answer = Client().get("/e/", {"data": base64.b64encode(TEXT.encode()).decode(), "ip": "1"})

    assert answer.status_code == 200
    assert len(events(acme.dataset_id())) == 1


@pytest.mark.usefixtures("clock")
def test_an_event_that_came_through_another_door_counts_once(acme, key, acme_key):
    capture(TEXT)
    again = post({"id": EVENT["uuid"], "event_type": "page_view"}, acme_key)

    assert verdicts(again) == [("duplicate", None)]
    assert len(events(acme.dataset_id())) == 1


@pytest.mark.usefixtures("clock")
def test_who_is_identified_was_that_device(acme, key):
    known = EVENT["properties"] | {"distinct_id": "u-1", "$anon_distinct_id": "device-1", "$is_identified": True}
    identify = {
        "event": "$identify",
        "properties": known,
        "$set": {"plan": "pro"},
        "$set_once": {"$initial_x": 1, "a": 2},
    }
    capture(json.dumps(identify))

    (event,) = events(acme.dataset_id())
    assert (event.type, event.user_id, event.traits_once) == ("identify", "u-1", {"a": "2"})
    assert event.traits["plan"] == "pro"
    assert of_id(acme.dataset_id(), "visitor", "device-1") in event.previous


@pytest.mark.usefixtures("clock")
def test_leaving_a_page_says_how_long_and_how_far(acme, key):
    left = {"$prev_pageview_duration": 3.563, "$prev_pageview_max_scroll_percentage": 0.5, "$prev_pageview_id": "v"}
    capture(json.dumps(EVENT | {"event": "$pageleave", "properties": EVENT["properties"] | left}))

    (event,) = events(acme.dataset_id())
    assert (event.type, event.engaged_ms, event.scroll, event.props["page_view_id"]) == ("page_exit", 3563, 50, "v")


@pytest.mark.usefixtures("clock")
def test_numbers_that_no_page_has_are_brought_within_bounds(acme, key):
    left = {"$prev_pageview_duration": 1e308, "$prev_pageview_max_scroll_percentage": -1e308}
    answer = capture(json.dumps(EVENT | {"event": "$pageleave", "properties": EVENT["properties"] | left}))

    assert answer.status_code == 200
    (event,) = events(acme.dataset_id())
    assert (event.engaged_ms, event.scroll) == (86_400_000, 0)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("what", "kind"), [("click", "click"), ("submit", "form_submit"), ("change", "form_interaction")]
)
def test_what_it_collects_by_itself_has_our_type(acme, key, what, kind):
    capture(json.dumps(EVENT | {"event": "$autocapture", "properties": EVENT["properties"] | {"$event_type": what}}))

    assert [event.type for event in events(acme.dataset_id())] == [kind]


@pytest.mark.usefixtures("clock", "db")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [("", 400, "empty"), ("{", 400, "malformed"), ("%%%", 400, "base64"), (b"\x1f\x8bx", 400, "gzip"),
     ('{"api_key": "phc_ForAcmeOnly123", "batch": 5}', 400, "type"),
     ('{"api_key": "phc_ForAcmeOnly123", "event": 5}', 400, "invalid_payload"),
     ('{"api_key": "phc_nobodys_key", "event": "x"}', 401, "invalid_api_key")],
)  # fmt: skip
def test_what_is_wrong_is_said_in_posthogs_form(key, body, status, code):
    answer = capture(body)

    said = json.loads(answer.content)
    assert (answer.status_code, said["code"], said["attr"]) == (status, code, None)
    assert said["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("path", ["/flags/?v=2", "/decide/?v=3", "/decide"])
def test_there_are_no_flags_and_nothing_to_record(path):
    said = json.loads(post({"token": KEY, "distinct_id": "u"}, url=path, Origin="https://acme.example").content)

    assert (said["featureFlags"], said["errorsWhileComputingFlags"], said["sessionRecording"]) == ({}, False, False)


@pytest.mark.usefixtures("db")
def test_posthog_js_is_told_its_configuration():
    config = Client().get(f"/array/{KEY}/config")
    script = Client().get(f"/array/{KEY}/config.js")

    assert json.loads(config.content)["hasFeatureFlags"] is False
    assert script.headers["Content-Type"] == "text/javascript"
    assert Client().get('/array/"]=alert(1)/config.js').status_code == 404
