"""Senders at once, again, from elsewhere, and by other methods: what is logged and what they are told."""

import json
import threading
import time
import uuid

import pytest
from django.db import connections
from django.test import Client

from config.lib import redis_clients
from config.lib.clock import now
from tracking import recent, store
from tracking.tests.door import NOW_MS, URL, code, envelopes, events, post, verdicts
from tracking.writer import Writer
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("clock", "each_door")


@pytest.mark.django_db(transaction=True)
def test_sixteen_senders_of_the_same_batch_log_it_once(acme, acme_key):
    """C02: all of them are told a verdict, one of them that it was the first."""
    batch = {"events": [{"id": str(uuid.uuid4()), "event_type": "x"} for _ in range(5)]}
    post({"event_type": "warm-up"}, acme_key)
    told, ready = [], threading.Barrier(16)

    def send() -> None:
        ready.wait()
        told.append(post(batch, acme_key))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in told] == [200] * 16
    assert sum(json.loads(answer.content)["accepted"] for answer in told) == 5
    assert len([event for event in events(acme.dataset_id()) if event.name == "x"]) == 5


def test_an_id_counts_in_each_workspace_and_environment(acme, acme_key, globex, stranger, owner):
    """C08, P10."""
    test_key = api_keys.issue(acme, name="t", actor=owner, now=now(), environment="test")[1]
    other_key = api_keys.issue(globex, name="w", actor=stranger, now=now())[1]
    event = {"id": str(uuid.uuid4()), "event_type": "x"}

    told = [verdicts(post({"events": [event]}, key))[0][0] for key in (acme_key, test_key, other_key, acme_key)]
    assert told == ["accepted", "accepted", "accepted", "duplicate"]


def test_another_process_logs_the_id_again_and_the_writer_counts_it_once(acme, acme_key, writer: Writer):
    """What a process remembers is a courtesy; what counts is decided by the writer."""
    event = {"id": str(uuid.uuid4()), "event_type": "x"}
    for n in range(3):
        assert verdicts(post({"events": [event], "n": n}, acme_key)) == [("accepted", None)]
        recent.forget()
    assert writer.store_next(0)

    found = store.query(
        "SELECT count() FROM events WHERE event_id = {id:UUID}", {"id": event["id"]}, dataset_id=acme.dataset_id()
    )
    assert found.rows == [(1,)]


def test_what_could_not_be_logged_is_not_remembered(acme_key, settings):
    event = {"id": str(uuid.uuid4()), "event_type": "x"}
    address = settings.BUFFER_URL
    settings.BUFFER_URL = "redis://127.0.0.1:1/0"
    redis_clients.buffer_client.cache_clear()
    try:
        assert post({"events": [event]}, acme_key).status_code == 503
    finally:
        settings.BUFFER_URL = address
        redis_clients.buffer_client.cache_clear()

    assert verdicts(post({"events": [event]}, acme_key)) == [("accepted", None)]


def test_equal_events_without_time_in_different_requests_are_two(acme, acme_key, writer: Writer):
    for n in range(2):  # in the same millisecond
        assert verdicts(post({"events": [{"event_type": "x"}], "n": n}, acme_key)) == [("accepted", None)]
    assert writer.store_next(0)

    assert store.query("SELECT count() FROM events", dataset_id=acme.dataset_id()).rows == [(2,)]


def test_two_events_of_one_moment_are_two(acme, acme_key):
    """B15."""
    moment = {"event_type": "x", "timestamp": NOW_MS}
    post({"events": [moment | {"properties": {"n": n}} for n in range(2)]}, acme_key)

    assert [event.props["n"] for event in events(acme.dataset_id())] == ["0", "1"]


@pytest.mark.parametrize("method", ["HEAD", "TRACE", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("url", [URL, "/api/v1/collect/optimized", "/api/v1/collect/pixel.gif", "/api/v1/events/batch"])
def test_other_methods_change_nothing(acme, acme_key, method, url):
    """A43."""
    answer = Client(headers={"X-API-Key": acme_key}).generic(method, url, b'{"event_type": "x"}', "application/json")

    assert answer.status_code == 405
    assert events(acme.dataset_id()) == []


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_header_does_not_change_the_method(acme, acme_key, header):
    """A43, G08."""
    answer = Client(headers={"X-API-Key": acme_key, header: "POST"}).get(URL)

    assert answer.status_code == 405
    assert events(acme.dataset_id()) == []


def test_a_form_cannot_send(acme_key):
    """E06: what a page of another site may post without asking."""
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        for url in (URL, "/api/v1/collect/optimized", "/api/v1/events", "/api/v1/events/batch"):
            assert post("a=1", acme_key, content_type, url).status_code == 415


def test_ten_thousand_names_of_one_beginning_cost_no_time(acme_key):
    """A15."""
    answer = post({"event_type": "x", "properties": {f"{'k' * 190}{n}": 1 for n in range(10_000)}}, acme_key)
    assert (answer.status_code, code(answer)) == (413, "body_too_large")

    def cpu_seconds(name: str) -> float:
        started = time.process_time()
        answer = post({"event_type": "x", "properties": {name.format(n=n): 1 for n in range(10_000)}}, acme_key)
        assert (answer.status_code, code(answer)) == (422, "too_many_keys")
        return time.process_time() - started

    alike, different = "k" * 90 + "{n}", "{n}" + "k" * 90
    assert min(map(cpu_seconds, [alike] * 3)) < 3 * min(map(cpu_seconds, [different] * 3))


def test_a_property_called_nan_stays_text(acme, acme_key):
    """A06."""
    post({"event_type": "goal", "properties": {"goal_name": "g", "value": "NaN"}}, acme_key)

    (event,) = events(acme.dataset_id())
    assert (event.value, event.props["value"]) == (0.0, "NaN")


def test_a_page_view_s_id_is_remembered_shortened(acme, acme_key):
    post({"event_type": "page_exit", "page_view_id": "p" * 8000, "properties": {"time_on_page": 1}}, acme_key)

    assert events(acme.dataset_id())[0].props["page_view_id"] == "p" * 64


@pytest.mark.parametrize(
    "url", ["/api/v1/collect/optimized", "/api/v1/events", "/api/v1/events/batch", "/api/v1/events/ingest"]
)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 415), (b" ", 400), (b"null", 400), (b"0", 400), (b'"x"', 400), (b"{", 400), (b"[" * 100_000, 400),
        (b'{"a":' * 5000, 400), (b'{"a": 1, "a": 2}', 400), (b"\xff\xfe", 400), (b'{"a": NaN}', 400),
        (b'{"event_type": "\\ud800", "actionLog": []}', 400),
    ],
)  # fmt: skip
def test_no_door_lets_a_malformed_body_in(acme, acme_key, url, body, status):
    """Section A behind every door."""
    answer = post(body, acme_key, url=url)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert events(acme.dataset_id()) == []


def test_every_door_holds_the_limit_of_events(acme_key):
    """A36."""
    many = [{"event_type": "x"}] * 501
    actions = {"customerObject": {}, "userObject": {}, "actionLog": [{"action_type": "x"}] * 501}

    assert post(many, acme_key, url="/api/v1/events/batch").status_code == 413
    assert post(actions, acme_key, url="/api/v1/collect/optimized").status_code == 413
    assert post([], acme_key, url="/api/v1/events/batch").status_code == 422


def test_a_revoked_key_is_refused_at_every_door(acme, owner):
    """D03."""
    key, raw = api_keys.issue(acme, name="w", actor=owner, now=now())
    api_keys.revoke(key, actor=owner, now=now())

    for url in (URL, "/api/v1/events", "/api/v1/events/batch", "/api/v1/events/ingest", "/api/v1/collect/optimized"):
        assert post({"event_type": "x", "actionLog": []}, raw, url=url).status_code == 401
    assert Client().get(f"/api/v1/collect/pixel.gif?k={raw}").status_code == 401
    assert envelopes(acme.dataset_id()) == []
