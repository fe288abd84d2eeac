"""The door as a sender meets it: what it may send, what it is told, and what then stands in the log."""

import gzip
import json
import uuid

import pytest
from django.test import Client

from config.lib import redis_clients
from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking import append, usage
from tracking.events import Accepted
from tracking.steps import privacy
from tracking.tests.door import CHROME, IPHONE, NOW_MS, URL, code, entries, envelopes, events, post, verdicts
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("clock", "each_door")
SEED = {
    "events": [
        {
            "event_type": "page_view",
            "timestamp": "2026-03-10T11:59:00Z",
            "session_id": "session_123",
            "properties": {"url": "https://example.com"},
        }
    ]
}


def test_a_page_view_is_in_the_log_before_the_answer(acme, acme_key):
    answer = post(SEED, acme_key)

    body = json.loads(answer.content)
    assert answer.status_code == 200
    assert {name: body[name] for name in ("accepted", "duplicates", "held", "rejected")} == {
        "accepted": 1,
        "duplicates": 0,
        "held": 0,
        "rejected": 0,
    }
    (envelope,) = envelopes(acme.dataset_id())
    assert (envelope.receipt, envelope.received_ms) == (body["receipt"], NOW_MS)
    assert (envelope.timeout_s, envelope.bounce_ms, envelope.host) == (1800, 10_000, "acme.example")
    (event,) = envelope.events
    assert (event.type, event.name, event.url) == ("page_view", "page_view", "https://example.com")
    assert event.at_ms == NOW_MS - 60_000
    assert str(uuid.UUID(bytes=event.event_id)) == body["results"][0]["id"]
    assert event.session != 0
    assert event.props == {}


def test_both_addresses_of_the_door_open(acme_key):
    assert Client().post("/api/collect", SEED, "application/json", headers={"X-API-Key": acme_key}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"events": [{"event_type": "signup"}]},
        {"batch": [{"type": "signup"}]},
        {"event": "signup"},
        {"event_name": "signup"},
        {"name": "signup"},
        {"event_type": "custom", "event_name": "signup"},
        {"event_type": "custom", "properties": {"event_name": "signup"}},
        {"type": "custom", "event_data": {"event_name": "signup"}},
        {"event_type": "custom", "props": {"event_name": " signup "}},
    ],
)
def test_every_way_to_write_a_custom_event_is_understood(acme, acme_key, body):
    assert post(body, acme_key).status_code == 200

    (event,) = events(acme.dataset_id())
    assert (event.type, event.name, event.props) == ("custom", "signup", {})


def test_the_script_writes_once_what_its_events_share(acme, acme_key):
    first, second = "0199aa00-0000-7000-8000-000000000001", "0199aa00-0000-7000-8000-000000000002"
    answer = post(
        json.dumps(
            {
                "v": 2,
                "api_key": acme_key,
                "sent_at": NOW_MS,
                "session_id": "s-1",
                "visitor_id": "v-1",
                "page_view_id": "p-1",
                "url": "https://www.acme.example/p?utm_source=news",
                "context": {"lang": "en-GB", "screen": "1920x1080", "device": "tablet", "bot": 0},
                "events": [
                    {"id": first, "event_type": "page_view", "timestamp": NOW_MS - 2000, "seq": 1,
                     "properties": {"title": "Pricing", "referrer": "https://www.google.com/", "nav": "load"}},
                    {"id": second, "event_type": "page_exit", "timestamp": NOW_MS - 1000, "url": "https://other.example/",
                     "properties": {"final_scroll_depth": 75, "time_on_page": 4200, "n": 1}},
                ],
            }
        ),
        content_type="text/plain;charset=UTF-8",
        User_Agent=CHROME,
        Origin="https://www.acme.example",
    )  # fmt: skip

    assert verdicts(answer) == [("accepted", None), ("accepted", None)]
    (envelope,) = envelopes(acme.dataset_id())
    view, leave = envelope.events
    assert view == Accepted(
        event_id=uuid.UUID(first).bytes,
        type="page_view",
        name="page_view",
        at_ms=NOW_MS - 2000,
        visitor=leave.visitor,
        session=leave.session,
        url="https://www.acme.example/p?utm_source=news",
        referrer="https://www.google.com/",
        title="Pricing",
        screen="1920x1080",
        language="en-GB",
        props={"nav": "load"},
    )
    assert (leave.url, leave.engaged_ms, leave.scroll) == ("https://other.example/", 4200, 75)
    assert leave.props == {"n": "1", "page_view_id": "p-1"}
    client = envelope.client
    assert (client.browser, client.browser_version, client.os, client.device) == ("Chrome", "120", "Windows", "tablet")


def test_the_same_bytes_again_are_duplicates_and_logged_once(acme, acme_key):
    assert verdicts(post(SEED, acme_key)) == [("accepted", None)]
    assert verdicts(post(SEED, acme_key)) == [("duplicate", None)]
    assert len(events(acme.dataset_id())) == 1


def test_the_same_bytes_from_two_visitors_without_ids_are_two_events(acme, acme_key):
    body = {"event_type": "page_view", "url": "https://acme.example/"}

    assert [verdicts(post(body, acme_key, User_Agent=agent))[0][0] for agent in (CHROME, IPHONE)] == ["accepted"] * 2
    assert len({envelope.client.visitor for envelope in envelopes(acme.dataset_id())}) == 2


def test_the_same_id_twice_in_one_request_counts_once(acme, acme_key):
    event = {"id": str(uuid.uuid4()), "event_type": "signup"}

    answer = post({"events": [event, event]}, acme_key)

    assert verdicts(answer) == [("accepted", None), ("duplicate", None)]
    assert len(events(acme.dataset_id())) == 1


def test_a_derived_id_does_not_depend_on_the_order_of_properties(acme, acme_key):
    moment = {"event_type": "signup", "timestamp": NOW_MS}
    answer = post(
        {"events": [moment | {"properties": {"a": 1, "b": 2}}, moment | {"properties": {"b": 2, "a": 1}}]}, acme_key
    )

    assert verdicts(answer) == [("accepted", None), ("duplicate", None)]
    assert uuid.UUID(json.loads(answer.content)["results"][0]["id"]).version == 8


def test_a_bad_event_does_not_cost_its_neighbours(acme, acme_key):
    answer = post({"events": [{"event_type": "a"}, {"event_type": "b", "user_id": 5}, {"event_type": "c"}]}, acme_key)

    assert answer.status_code == 200
    assert verdicts(answer) == [("accepted", None), ("rejected", "type"), ("accepted", None)]
    refused = json.loads(answer.content)["results"][1]
    assert (refused["pointer"], refused["detail"]) == ("/user_id", "Expected `str | null`, got `int`.")
    assert [event.name for event in events(acme.dataset_id())] == ["a", "c"]


def test_when_every_event_is_refused_the_request_is(acme, acme_key):
    answer = post({"events": [{"event_type": ""}, {"event_type": "$x"}]}, acme_key)

    assert answer.status_code == 422
    assert verdicts(answer) == [("rejected", "name"), ("rejected", "name_reserved")]
    assert events(acme.dataset_id()) == []


def test_a_batch_holds_one_to_five_hundred_events(acme, acme_key):
    answers = {size: post({"events": [{"event_type": "x"}] * size}, acme_key) for size in (0, 1, 500, 501)}

    assert {size: answer.status_code for size, answer in answers.items()} == {0: 422, 1: 200, 500: 200, 501: 413}
    assert (code(answers[0]), code(answers[501])) == ("no_events", "too_many_events")
    assert len(events(acme.dataset_id())) == 501  # events without a time are never taken for each other


def test_amounts_get_columns_and_other_properties_stay_text(acme, acme_key):
    properties = {
        "goal_name": "Order", "value": 49.9, "currency": "eur", "plan": "pro", "count": 3, "half": 0.5, "one": 1.0,
        "new": True, "nothing": None, "cart": {"items": 2, "codes": ["a", "b"]}, "text": "NaN",
    }  # fmt: skip
    post({"event_type": "goal", "properties": properties}, acme_key)

    (event,) = events(acme.dataset_id())
    assert (event.type, event.name, event.value, event.currency) == ("goal", "Order", 49.9, "EUR")
    assert event.props == {
        "plan": "pro", "count": "3", "half": "0.5", "one": "1", "new": "true", "cart.items": "2",
        "cart.codes": '["a","b"]', "text": "NaN",
    }  # fmt: skip


def test_what_is_ours_to_say_is_removed_from_the_properties(acme, acme_key):
    forged = {"ip_address": "1.2.3.4", "workspace_id": "7", "received_at": 1, "user_agent": "x", "api_key": acme_key}
    post({"event_type": "x", "properties": forged | {"nested": forged | {"kept": 1}}}, acme_key)

    assert events(acme.dataset_id())[0].props == {"nested.kept": "1"}


def test_no_address_and_no_user_agent_text_is_logged(acme, acme_key):
    post({"event_type": "x"}, acme_key, User_Agent=CHROME)

    logged = b"".join(entries())
    assert b"127.0.0.1" not in logged
    assert b"Mozilla" not in logged
    assert acme_key.encode() not in logged


def test_an_identify_event_tells_who_the_visitor_is(acme, acme_key):
    post(
        {"event_type": "identify", "visitor_id": "v", "properties": {"email": " Ann@Example.com ", "name": "Ann"}},
        acme_key,
    )
    post({"event_type": "x", "visitor_id": "v", "user_id": "u-1"}, acme_key)

    first, second = events(acme.dataset_id())
    assert (first.user_id, second.user_id) == (privacy.identity(acme.dataset_id(), "ann@example.com"), "u-1")
    assert first.visitor == second.visitor  # the id of the browser stays the visitor


def test_an_id_in_an_identify_event_is_the_one_that_servers_send(acme, acme_key):
    who = {"event_type": "identify", "visitor_id": "v"}
    post({"events": [who | {"properties": {"user_id": " Qx7Ab "}}, {"event_type": "x", "user_id": "Qx7Ab"}]}, acme_key)
    post({"events": [who | {"properties": {"user_id": "", "email_hash": "AB12"}}]}, acme_key)

    assert [each.user_id for each in events(acme.dataset_id())] == ["Qx7Ab", "Qx7Ab", "ab12"]


def test_visitors_are_named_by_visitor_then_user_then_for_servers_session(acme, acme_key, acme_secret):
    ids = [
        {"visitor_id": "a", "user_id": "b", "session_id": "c"},
        {"user_id": "b", "session_id": "c"},
        {"session_id": "c"},
    ]
    for key in (acme_key, acme_secret):
        post({"events": [{"event_type": "x", **each} for each in ids]}, key)

    browser, server = envelopes(acme.dataset_id())
    assert [event.visitor for event in browser.events[:2]] == [event.visitor for event in server.events[:2]]
    assert browser.events[2].visitor == 0  # the sender's own hash, in Client
    assert server.events[2].visitor == server.events[2].session


def test_gzip_is_unpacked(acme, acme_key):
    assert post(gzip.compress(json.dumps(SEED).encode()), acme_key, Content_Encoding="gzip").status_code == 200
    assert len(events(acme.dataset_id())) == 1


def test_a_test_key_writes_where_live_reports_do_not_look(acme, owner):
    _, raw = api_keys.issue(acme, name="Tests", actor=owner, now=now(), environment="test")
    post(SEED, raw)

    assert events(acme.dataset_id()) == []
    assert len(events(acme.dataset_id("test"))) == 1


def test_bots_are_kept_and_marked(acme, acme_key, acme_secret):
    google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    post({"event_type": "x"}, acme_key, User_Agent=google)
    post({"event_type": "x", "context": {"bot": 1}}, acme_key, User_Agent=CHROME)
    post({"event_type": "y"}, acme_secret, User_Agent=google)  # a server: what it calls itself is nobody's browser

    assert [envelope.client.bot for envelope in envelopes(acme.dataset_id())] == ["Googlebot", "Automated browser", ""]


def test_automated_browsers_are_what_test_data_comes_from(acme, owner):
    _, raw = api_keys.issue(acme, name="Tests", actor=owner, now=now(), environment="test")
    post({"event_type": "x", "context": {"bot": 5}}, raw, User_Agent=CHROME.replace("Chrome", "HeadlessChrome"))

    (envelope,) = envelopes(acme.dataset_id("test"))
    assert (envelope.client.bot, envelope.client.browser) == ("", "Chrome")


def test_every_script_of_the_world_comes_through_unchanged(acme, acme_key):
    text = "شكرا \u202eevil 日本 👩‍👩‍👧 \U0010fffe \ue000"
    post({"event_type": "x", "user_id": text, "title": text, "properties": {text: text}}, acme_key)

    (event,) = events(acme.dataset_id())
    assert (event.user_id, event.title, event.props) == (text, text, {text: text})


def test_one_name_in_two_spellings_counts_as_one(acme, acme_key):
    post({"events": [{"event_type": "caf\u00e9"}, {"event_type": "cafe\u0301"}]}, acme_key)

    assert {event.name for event in events(acme.dataset_id())} == {"café"}


def test_a_refusal_leaves_no_line_in_the_log(acme_key, caplog):
    Client().post(f"{URL}?k={acme_key}", "{", content_type="application/json")

    assert caplog.records == []


def test_the_day_is_counted_by_verdict(acme, acme_key):
    post({"events": [{"event_type": "a"}, {"event_type": "b"}, {"event_type": "$c"}]}, acme_key)
    post(SEED, acme_key)
    post(SEED, acme_key)

    assert usage.of_day(acme.dataset_id(), now()) == {"accepted": 3, "name_reserved": 1, "duplicate": 1}


def test_the_door_says_that_it_is_there():
    answer = Client().get(f"{URL}/health")

    assert json.loads(answer.content) == {"status": "healthy", "service": "collect"}


def test_any_page_may_call_but_never_with_cookies(acme_key):
    preflight = Client().options(
        URL, headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    )
    for answer in (preflight, post(SEED, acme_key, Origin="https://shop.example"), post("{", acme_key)):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "X-API-Key" in preflight.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "trace"])
def test_other_methods_are_refused_as_json(method):
    answer = getattr(Client(), method)(URL)

    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_without_the_log_nothing_is_promised(acme_key, settings):
    settings.BUFFER_URL = "redis://127.0.0.1:1/0"
    redis_clients.buffer_client.cache_clear()
    try:
        answer = post(SEED, acme_key)
    finally:
        redis_clients.buffer_client.cache_clear()

    assert (answer.status_code, code(answer)) == (503, "log_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("sent", "kept_s"),
    [
        ([{"id": str(uuid.uuid4())}], append.NAMED_TTL_S),
        ([{}], append.REQUEST_TTL_S),
        ([{"id": str(uuid.uuid4())}, {"timestamp": NOW_MS}], append.REQUEST_TTL_S),
    ],
)
def test_a_request_is_remembered_for_as_long_as_nothing_else_tells_it(acme, acme_key, sent, kept_s):
    before = set(buffer_client().scan_iter("request:*"))
    post({"events": [{"event_type": "x", **each} for each in sent]}, acme_key)
    (key,) = set(buffer_client().scan_iter("request:*")) - before

    assert kept_s - 60 < buffer_client().ttl(key) <= kept_s
