"""Amplitude's HTTP V2 API, as its Python SDK and plain HTTP use it; and /batch, which it shares."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from amplitude import Amplitude, BaseEvent, Config, EventOptions, Identify, Revenue

from tracking.dialects import amplitude as dialect
from tracking.steps.visitor import of_id
from tracking.tests.door import NOW_MS, events, post
from tracking.wire import Limits

KEY = "0123456789abcdef0123456789abcdef"
EVENT = {
    "user_id": "user-20391",
    "device_id": "device-1",
    "event_type": "Order Completed",
    "time": NOW_MS - 1000,
    "session_id": NOW_MS - 5000,
    "insert_id": "order-88231-completed",
    "event_properties": {"total": 5, "$x": 1},
    "user_properties": {"plan": "pro"},
}


@pytest.fixture
def key(claimed) -> str:
    return claimed("amplitude", KEY)


def send(*sent: Any, key: str = KEY, url: str = "/2/httpapi", **about: Any) -> Any:
    return post({"api_key": key, "events": list(sent)} | about, url=url)


@pytest.mark.django_db(transaction=True)
def test_the_python_sdk_sends_in_halves_what_is_too_much_at_once(live_site, arrived, acme, key, monkeypatch):
    monkeypatch.setitem(vars(dialect.EVENTS), "limits", Limits(60_000, 60_000))
    sender = Amplitude(
        key, Config(server_url=f"{live_site}/2/httpapi", flush_queue_size=100, flush_interval_millis=500)
    )
    for number in range(80):
        sender.track(BaseEvent(f"e{number}", user_id="user-1", event_properties={"long": "x" * 1000}))
    end = time.monotonic() + 30
    while len(events(acme.dataset_id())) < 80 and time.monotonic() < end:
        time.sleep(0.1)
    sender.shutdown()

    assert sorted(each.name for each in arrived()) == sorted(f"e{number}" for number in range(80))


@pytest.mark.django_db(transaction=True)
def test_what_the_python_sdk_sends_is_stored(live_site, arrived, acme, key):
    codes: list[int] = []
    began_ms = int(time.time() * 1000)
    sender = Amplitude(key)
    sender.configuration.server_url = f"{live_site}/2/httpapi"
    sender.configuration.callback = lambda event, code, message: codes.append(code)
    sender.track(BaseEvent("Buy", user_id="user-1", device_id="device-1", event_properties={"size": "L"}))
    identify = Identify()
    identify.set("plan", "pro").set_once("first", 1).unset("old")
    counted = Identify()
    counted.add("logins", 1)
    sender.identify(identify, EventOptions(user_id="user-1"))
    sender.revenue(Revenue(price=3.5, quantity=2, product_id="p-1"), EventOptions(user_id="user-1"))
    sender.identify(counted, EventOptions(user_id="user-1"))
    for sent in sender.flush():
        sent.result()
    sender.shutdown()

    assert codes == [200, 200, 200, 200]
    buy, changed, paid, identified = sorted(arrived(), key=lambda event: (event.type, event.name))
    assert (buy.name, buy.user_id, buy.props) == ("Buy", "user-1", {"size": "L"})
    assert buy.visitor == of_id(acme.dataset_id(), "visitor", "device-1")
    assert (identified.type, identified.traits, identified.traits_once) == (
        "identify",
        {"plan": "pro", "old": ""},
        {"first": "1"},
    )
    assert (paid.name, paid.value) == ("revenue_amount", 7)
    assert paid.props == {"price": "3.5", "quantity": "2", "product_id": "p-1"}
    assert (changed.name, changed.props) == ("profile_changed", {"add.logins": "1"})
    assert all(began_ms <= event.at_ms <= time.time() * 1000 for event in (buy, identified, paid))


@pytest.mark.usefixtures("clock")
def test_the_published_example_is_answered_as_published(acme, key):
    first, again = (send(EVENT | {"event_properties": {"n": n}}) for n in range(2))

    for answer in (first, again):
        assert answer.status_code == 200
        assert json.loads(answer.content) == {"code": 200, "events_ingested": 1, "server_upload_time": NOW_MS}
    (event,) = events(acme.dataset_id())
    assert (event.name, event.user_id, event.at_ms) == ("Order Completed", "user-20391", NOW_MS - 1000)
    assert event.session == of_id(acme.dataset_id(), "session", str(NOW_MS - 5000))
    assert (event.props, event.traits) == ({"n": "0"}, {"plan": "pro"})


@pytest.mark.usefixtures("clock")
def test_the_events_at_fault_are_named_and_the_others_count_once(acme, key):
    good, unnamed, untimed = EVENT, {"user_id": "user-2"}, EVENT | {"time": "soon", "insert_id": "i"}
    answer = send(good, unnamed, untimed)
    again = send(good)

    said = json.loads(answer.content)
    assert (answer.status_code, said["code"]) == (400, 400)
    assert said["events_with_missing_fields"] == {"event_type": [1]}
    assert said["events_with_invalid_fields"] == {"time": [2]}
    assert json.loads(again.content)["events_ingested"] == 1
    assert len(events(acme.dataset_id())) == 1


@pytest.mark.usefixtures("clock")
def test_its_script_s_page_views_and_clicks_have_our_types(acme, key):
    page = {"[Amplitude] Page Location": "https://acme.example/a", "[Amplitude] Page Title": "A", "mine": 1}
    click = page | {"[Amplitude] Element Text": "Buy"}
    send(
        EVENT | {"event_type": "[Amplitude] Page Viewed", "event_properties": page, "insert_id": "1", "language": "de"},
        EVENT | {"event_type": "[Amplitude] Element Clicked", "event_properties": click, "insert_id": "2"},
    )

    view, clicked = events(acme.dataset_id())
    assert (view.type, view.url, view.title, view.language) == ("page_view", "https://acme.example/a", "A", "de")
    assert view.props == {"mine": "1"}
    assert (clicked.type, clicked.props) == ("click", {"mine": "1", "text": "Buy"})


@pytest.mark.usefixtures("clock")
def test_identify_comes_as_a_form(acme, key):
    said = json.dumps([{"user_id": "user-1", "user_properties": {"$set": {"plan": "pro"}, "cohort": "A"}}])
    answer = post(
        urlencode({"api_key": key, "identification": said}),
        url="/identify",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 200
    (event,) = events(acme.dataset_id())
    assert (event.type, event.user_id, event.traits) == ("identify", "user-1", {"plan": "pro", "cohort": "A"})


@pytest.mark.usefixtures("db")
def test_a_wrong_key_is_said_in_the_words_the_sdks_look_for():
    said = json.loads(send(EVENT, key="nobodys-key").content)

    assert said["code"] == 400
    assert said["error"].startswith("Invalid API key:")


@pytest.mark.usefixtures("clock")
def test_batch_belongs_to_whoever_it_looks_like(acme, key, claimed):
    phc, write_key = claimed("posthog", "phc_ForAcmeOnly"), claimed("segment", "W1rt3K3y0fAcme")
    of_amplitude = send(EVENT, url="/batch")
    of_posthog = post({"api_key": phc, "batch": [{"event": "p", "distinct_id": "u"}]}, url="/batch/")
    of_segment = post({"writeKey": write_key, "batch": [{"type": "track", "event": "s", "userId": "u"}]}, url="/batch")
    unreadable = post("{", url="/batch/")

    assert json.loads(of_amplitude.content)["events_ingested"] == 1
    assert json.loads(of_posthog.content) == {"status": 1}
    assert json.loads(of_segment.content) == {"success": True}
    assert (unreadable.status_code, json.loads(unreadable.content)["code"]) == (400, "malformed")
    assert [event.name for event in events(acme.dataset_id())] == ["Order Completed", "p", "s"]
