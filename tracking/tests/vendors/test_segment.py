"""Segment's tracking API, as its Python SDK and plain HTTP use it."""

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from segment.analytics.client import Client as Segment

from tracking.steps.visitor import of_id
from tracking.tests.door import NOW_MS, events, post

KEY = "W1rt3K3y0fAcme"
JANUARY = "2026-01-08T12:00:00.000Z"
TRACK = {
    "userId": "019mr8mf4r",
    "event": "Order Completed",
    "properties": {"revenue": 39.95, "currency": "usd", "products": [{"id": "a"}]},
    "messageId": "ajs-next-1",
    "timestamp": JANUARY,
}


def call(kind: str, body: dict[str, Any], key: str) -> Any:
    credentials = base64.b64encode(f"{key}:".encode()).decode()
    return post(body, url=f"/v1/{kind}", Authorization=f"Basic {credentials}")


@pytest.fixture
def key(claimed) -> str:
    return claimed("segment", KEY)


@pytest.mark.django_db(transaction=True)
def test_what_the_python_sdk_sends_is_stored(live_site, arrived, acme, key):
    failures: list[Any] = []
    segment = Segment(key, host=live_site, gzip=True, on_error=lambda error, items: failures.append(error))
    began_ms = int(time.time() * 1000)
    segment.identify("user-7", {"plan": "pro"})
    segment.track("user-7", "Order Completed", {"revenue": 12.5, "currency": "EUR", "items": 2})
    segment.page("user-7", "Docs", "Home", {"url": "https://acme.example/docs", "title": "Docs"})
    segment.group("user-7", "company-1", {"size": 3})
    segment.alias("anonymous-1", "user-7")
    segment.flush()
    segment.join()

    assert failures == []
    identify, track, page, group, alias = arrived()
    assert (identify.type, identify.user_id, identify.traits) == ("identify", "user-7", {"plan": "pro"})
    assert (track.name, track.value, track.currency, track.props) == ("Order Completed", 12.5, "EUR", {"items": "2"})
    assert (page.type, page.url, page.title) == ("page_view", "https://acme.example/docs", "Docs")
    assert page.props == {"page_name": "Home", "category": "Docs"}
    assert (group.name, group.props, group.traits) == (
        "group",
        {"account": "company-1", "size": "3"},
        {"account": "company-1"},
    )
    assert of_id(acme.dataset_id(), "visitor", "anonymous-1") in alias.previous
    assert all(began_ms <= event.at_ms <= time.time() * 1000 for event in (identify, track, page, group, alias))
    assert len({event.visitor for event in (identify, track, page, group, alias)}) == 1


@pytest.mark.usefixtures("clock")
def test_a_message_counts_once_and_keeps_its_time(acme, key):
    first, again = (call("track", TRACK | {"context": {"n": n}}, key) for n in range(2))

    assert (first.status_code, json.loads(first.content)) == (200, {"success": True})
    assert (again.status_code, json.loads(again.content)) == (200, {"success": True})
    (event,) = events(acme.dataset_id())
    assert event.at_ms == int(datetime(2026, 1, 8, 12, tzinfo=UTC).timestamp() * 1000)
    assert (event.name, event.user_id, event.value, event.currency) == ("Order Completed", "019mr8mf4r", 39.95, "USD")
    assert event.props == {"products": '[{"id":"a"}]'}


@pytest.mark.usefixtures("clock")
def test_a_page_brings_what_the_browser_knows(acme, key):
    context = {
        "page": {"url": "https://acme.example/a?utm_source=x", "title": "A", "referrer": "https://search.example/"},
        "locale": "de-DE",
        "screen": {"width": 1440, "height": 900},
        "library": {"name": "analytics.js"},
    }
    body = {"anonymousId": "a-1", "writeKey": key, "context": context, "timestamp": "2026-03-10T11:59:59Z"}
    post(body, url="/v1/p", Origin="https://acme.example")

    (event,) = events(acme.dataset_id())
    assert (event.type, event.url, event.title) == ("page_view", "https://acme.example/a?utm_source=x", "A")
    assert (event.referrer, event.language, event.screen) == ("https://search.example/", "de-DE", "1440x900")
    assert event.visitor == of_id(acme.dataset_id(), "visitor", "a-1")
    assert event.at_ms == NOW_MS - 1000


@pytest.mark.usefixtures("clock")
def test_a_wrong_clock_is_corrected_for_browsers(acme, key):
    an_hour_slow = {"timestamp": "2026-03-10T10:59:00Z", "sentAt": "2026-03-10T11:00:00Z"}
    post({"event": "x", "writeKey": key} | an_hour_slow, url="/v1/t", Origin="https://acme.example")

    assert [event.at_ms for event in events(acme.dataset_id())] == [NOW_MS - 60_000]


@pytest.mark.usefixtures("clock")
def test_a_screen_of_an_app_is_a_page(acme, key):
    call("screen", {"userId": "u", "name": "Order list", "messageId": "m"}, key)

    (event,) = events(acme.dataset_id())
    assert (event.type, event.url, event.title) == ("page_view", "app://app/Order%20list", "Order list")


@pytest.mark.usefixtures("clock")
def test_a_batch_says_which_calls_were_not_taken(acme, key):
    calls = [{"type": "track", "event": "ok", "userId": 7}, {"type": "track", "userId": "u"}, "x", {"type": "nonsense"}]
    answer = call("batch", {"batch": calls}, key)

    body = json.loads(answer.content)
    assert (answer.status_code, body["success"]) == (200, True)
    assert [(each["index"], each["code"]) for each in body["rejected"]] == [(1, "name"), (2, "type"), (3, "name")]
    assert [(event.name, event.user_id) for event in events(acme.dataset_id())] == [("ok", "7")]


@pytest.mark.usefixtures("clock", "db")
@pytest.mark.parametrize("kind", ["track", "page", "screen", "identify", "group"])
@pytest.mark.parametrize("wrong", [1e300, [], "all", True])
def test_properties_that_are_no_object_are_refused_or_left_out_whatever_the_call(key, kind, wrong):
    answer = call(kind, {"userId": "u", "event": "ok", "properties": wrong, "traits": wrong}, key)

    assert answer.status_code == (200 if kind == "group" else 400)
    assert json.loads(answer.content)["success"] is (answer.status_code == 200)


@pytest.mark.usefixtures("clock", "db")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [("{", 400, "malformed"), ({"batch": {}}, 400, "type"), ({"batch": []}, 422, "no_events"),
     ({"batch": [{"type": "track", "event": 5}]}, 400, "type")],
)  # fmt: skip
def test_what_is_wrong_is_said_in_segments_form(key, body, status, code):
    answer = post(body, url="/v1/batch", Authorization=f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}")

    said = json.loads(answer.content)
    assert (answer.status_code, said["success"], said["code"]) == (status, False, code)
    assert said["message"]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("authorization", ["", "Basic !!", "Basic bm9uc2Vuc2U6", "Basic " + "é"])
def test_an_unknown_write_key_is_refused(authorization):
    answer = post(TRACK, url="/v1/track", **({"Authorization": authorization} if authorization else {}))

    assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "unknown_key")
