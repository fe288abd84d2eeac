"""Every address that takes events, with the bodies and answers that were published for it."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tracking.api.pixel import GIF
from tracking.tests.door import CHROME, NOW_MS, events, post, verdicts
from workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("clock")
OPTIMIZED, PIXEL = "/api/v1/collect/optimized", "/api/v1/collect/pixel.gif"
JANUARY_8 = int(datetime(2025, 1, 8, 12, tzinfo=UTC).timestamp() * 1000)

COLLECT_EXAMPLE = (
    '{"events": [{"event_type": "page_view", "timestamp": "2025-01-08T12:00:00Z", "session_id": "session_123", '
    '"properties": {"url": "https://example.com"}}]}'
)
OPTIMIZED_EXAMPLE = (
    '{"customerObject": {"apiKey": "mp_live_123", "website": "example.com"}, "userObject": {"uuid": "visitor_456", '
    '"sessionData": {"id": "session_123"}}, "actionLog": [{"timestamp": "2025-01-08T12:00:00Z", '
    '"action_type": "enter-page", "url": "https://example.com"}]}'
)
INGEST_EXAMPLE = """{
  "schema_id": "portfolio",
  "event_type": "project_click",
  "properties": {
    "project_name": "AI Chatbot",
    "project_url": "/projects/ai-chatbot"
  },
  "user_id": "user_123",
  "session_id": "session_456",
  "timestamp": "2025-01-15T10:30:00Z"
}"""
FEATURE_EXAMPLE = """{
  "event_type": "feature_used",
  "event_data": {
    "feature_name": "image_generator",
    "action": "click"
  },
  "user_properties": {
    "subscription_level": "pro"
  }
}"""


def optimized(key: str, *actions: dict[str, Any]) -> Any:
    body = {
        "customerObject": {"apiKey": key, "website": "example.com"},
        "userObject": {"uuid": "visitor_456", "sessionData": {"id": "session_123"}},
        "actionLog": list(actions),
    }
    return post(body, url=OPTIMIZED)


def get(query: str = "", **headers: str) -> Any:
    return Client(headers={name.replace("_", "-"): value for name, value in headers.items()}).get(f"{PIXEL}?{query}")


def test_G180_the_collect_example_is_taken_in_its_own_year(acme, acme_key):
    answer = post(COLLECT_EXAMPLE, acme_key)

    assert (answer.status_code, verdicts(answer)) == (200, [("accepted", None)])
    (event,) = events(acme.dataset_id())
    assert (event.type, event.at_ms, event.url) == ("page_view", JANUARY_8, "https://example.com")


def test_G180_the_published_key_check_holds_for_no_events_too():
    assert post({"events": []}, "invalid-key").status_code == 401


def test_G180_the_optimized_example_is_answered_as_published(acme, acme_key):
    answer = post(OPTIMIZED_EXAMPLE.replace("mp_live_123", acme_key), url=OPTIMIZED)

    body = json.loads(answer.content)
    assert answer.status_code == 200
    assert (body["status"], body["events_processed"]) == ("success", 1)
    assert [verdict["status"] for verdict in body["results"]] == ["accepted"]
    (event,) = events(acme.dataset_id())
    assert (event.type, event.at_ms, event.url) == ("page_view", JANUARY_8, "https://example.com")
    assert event.visitor and event.session
    assert event.props == {"website": "example.com"}  # and never the key


def test_every_action_has_its_event(acme, acme_key):
    actions = [
        "enter-page", "onclick", "onsubmit", "onsearch", "identify", "scroll-depth", "end-session", "custom",
        "page_exit", "goal", "form_interaction", "add-to-cart",
    ]  # fmt: skip
    assert optimized(acme_key, *[{"action_type": action} for action in actions]).status_code == 200

    assert [(event.type, event.name) for event in events(acme.dataset_id())] == [
        ("page_view", "page_view"), ("click", "click"), ("form_submit", "form_submit"), ("search", "search"),
        ("identify", "identify"), ("scroll", "scroll"), ("session_end", "session_end"), ("custom", "custom"),
        ("page_exit", "page_exit"), ("goal", "goal"), ("form_interaction", "form_interaction"),
        ("custom", "add-to-cart"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [[], {}, 5, None])
def test_an_action_whose_type_is_no_text_is_refused(acme, acme_key, kind):
    answer = optimized(acme_key, {"action_type": kind, "value": 1})

    assert (answer.status_code, verdicts(answer)[0][0]) == (422, "rejected")


def test_the_value_of_an_action_finds_its_place(acme, acme_key):
    optimized(
        acme_key,
        {"action_type": "scroll-depth", "value": 75},
        {"action_type": "onsearch", "value": "shoes"},
        {"action_type": "onclick", "element": "#buy", "text": "Buy", "value": 3},
    )

    scroll, search, click = events(acme.dataset_id())
    assert scroll.scroll == 75
    assert search.props["query"] == "shoes"
    assert click.props == {"website": "example.com", "element": "#buy", "text": "Buy", "value": "3"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"actionLog": {}}, "/actionLog"),
        ({"actionLog": None}, "/actionLog"),
        ({"userObject": []}, "/userObject"),
        ({"userObject": {"sessionData": "s"}}, "/userObject/sessionData"),
        ({"userObject": {"uuid": 5}}, "/visitor_id"),
    ],
)
def test_an_optimized_body_of_another_shape_is_refused_with_the_place(acme_key, change, pointer):
    body = {"customerObject": {"apiKey": acme_key}, "userObject": {}, "actionLog": []} | change
    answer = post(body, url=OPTIMIZED)

    assert answer.status_code == 400
    assert json.loads(answer.content)["pointer"] == pointer


def test_what_was_refused_of_a_log_is_said(acme_key):
    body = json.loads(optimized(acme_key, {"action_type": "enter-page"}, {"action_type": 5}, "x").content)

    assert (body["status"], body["events_processed"], body["rejected"]) == ("partial", 1, 2)
    assert [verdict["code"] for verdict in body["results"]] == [None, "type", "type"]


def test_a_single_event_of_the_events_address(acme, acme_key):
    body = {"event_name": "order_placed", "properties": {"total": 9}, "user_id": "u", "session_id": "s"}
    answer = post(body, acme_key, url="/api/events")

    assert (answer.status_code, verdicts(answer)) == (200, [("accepted", None)])
    (event,) = events(acme.dataset_id())
    assert (event.name, event.user_id, event.props) == ("order_placed", "u", {"total": "9"})


@pytest.mark.parametrize("wrapped", [lambda listed: listed, lambda listed: {"events": listed}])
def test_a_list_of_events_bare_or_named(acme, acme_key, wrapped):
    listed = [{"name": "a", "properties": {"n": 1}}, {"name": "b", "user_id": "u"}, {"name": "$c"}]
    answer = post(wrapped(listed), acme_key, url="/api/events/batch")

    assert verdicts(answer) == [("accepted", None), ("accepted", None), ("rejected", "name_reserved")]
    assert [event.name for event in events(acme.dataset_id())] == ["a", "b"]


def test_G180_the_ingest_example_keeps_its_schema(acme, acme_key):
    answer = post(INGEST_EXAMPLE, acme_key, url="/api/events/ingest")

    assert (answer.status_code, verdicts(answer)) == (200, [("accepted", None)])
    (event,) = events(acme.dataset_id())
    assert (event.name, event.user_id) == ("project_click", "user_123")
    assert event.props == {
        "schema_id": "portfolio",
        "project_name": "AI Chatbot",
        "project_url": "/projects/ai-chatbot",
    }


def test_G180_the_analytics_example_brings_properties_of_its_user(acme, acme_key):
    answer = post(FEATURE_EXAMPLE, acme_key, url="/api/v1/analytics/events")

    assert (answer.status_code, verdicts(answer)) == (200, [("accepted", None)])
    (event,) = events(acme.dataset_id())
    assert (event.name, event.props) == ("feature_used", {"feature_name": "image_generator", "action": "click"})
    assert event.traits == {"subscription_level": "pro"}


def test_an_event_without_data_is_an_event(acme, acme_key):
    assert post('{"event_type": "test_event", "event_data": {}}', acme_key, url="/api/v1/analytics/events")
    assert [event.name for event in events(acme.dataset_id())] == ["test_event"]


@pytest.mark.parametrize("url", ["/api/events", "/api/events/batch", "/api/v1/analytics/events", OPTIMIZED])
def test_every_door_asks_for_a_key_and_lets_any_page_call(url):
    refused = post({"event_type": "x", "actionLog": []}, url=url, Origin="https://shop.example")
    preflight = Client().options(
        url, headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    )

    assert (refused.status_code, refused.headers["Content-Type"]) == (401, "application/problem+json")
    for answer in (refused, preflight):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_reading_events_is_not_for_pages_of_others(as_owner, event_store):
    answer = as_owner.get("/api/events", headers={"Origin": "https://shop.example"})

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_pixel_is_an_image_and_an_event(acme: Workspace, acme_key):
    answer = get(f"k={acme_key}", Referer="https://acme.example/news?utm_source=mail", User_Agent=CHROME)

    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, "image/gif", GIF)
    assert answer.headers["Cache-Control"] == "no-store"
    (event,) = events(acme.dataset_id())
    assert (event.type, event.url) == ("page_view", "https://acme.example/news?utm_source=mail")


def test_each_load_of_the_pixel_counts_unless_it_carries_an_id(acme, acme_key):
    for query in ["", "", f"&id={uuid.UUID(int=0x0199_AA00_0000_7000_8000_0000_0000_0001)}"] * 2:
        assert get(f"k={acme_key}&event_name=mail_opened{query}").status_code == 200

    assert len(events(acme.dataset_id())) == 5


def test_the_pixel_takes_amounts_times_and_properties(acme, acme_key):
    query = f"k={acme_key}&event_type=goal&goal_name=Order&value=9.5&currency=eur&timestamp={NOW_MS - 1000}&plan=007"
    assert get(query + "&user_id=j%C3%BCrgen").status_code == 200

    (event,) = events(acme.dataset_id())
    assert (event.name, event.value, event.currency, event.at_ms) == ("Order", 9.5, "EUR", NOW_MS - 1000)
    assert (event.user_id, event.props) == ("jürgen", {"plan": "007"})


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 401), ("k=nonsense", 401), ("event_type=$x", 422), ("event_type=%00", 422), ("timestamp=soon", 422),
     ("&".join(f"a{n}=1" for n in range(300)), 400)],
)  # fmt: skip
def test_a_bad_pixel_is_refused(acme, acme_key, query, status):
    answer = get(query if status == 401 else f"k={acme_key}&{query}")

    assert answer.status_code == status
    assert events(acme.dataset_id()) == []


def test_a_key_of_the_sender_s_own_names_an_event_once(acme, acme_key, acme_secret):
    order = {"event_type": "order", "insert_id": "order-4711"}
    first, again, by_server = (post(order | {"x": n}, key) for n, key in enumerate([acme_key, acme_key, acme_secret]))

    assert verdicts(first) == [("accepted", None)]
    assert verdicts(again) == [("duplicate", None)]
    # Whoever only knows the public key cannot use up the names that the customer's own server will send.
    assert verdicts(by_server) == [("accepted", None)]


def test_an_id_that_was_logged_a_moment_ago_is_a_duplicate_in_another_request(acme, acme_key):
    event = {"id": str(uuid.uuid4()), "event_type": "x"}

    assert verdicts(post({"events": [event]}, acme_key)) == [("accepted", None)]
    assert verdicts(post({"batch": [event, {"event_type": "y"}]}, acme_key)) == [
        ("duplicate", None),
        ("accepted", None),
    ]
    assert [event.name for event in events(acme.dataset_id())] == ["x", "y"]
