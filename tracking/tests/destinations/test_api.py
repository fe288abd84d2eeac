"""Destinations over HTTP, as a program sets them up and looks after them."""

import json
from datetime import timedelta

import pytest

from config.testing.vendor import Vendor
from config.testing.world import NOW
from tracking.models import Delivery, Forwarding
from tracking.tests.forwarding.world import Clock, destination, run, store, view
from workspaces.models import AuditEntry, Connection

pytestmark = pytest.mark.django_db
URL = "/api/v1/destinations"


def send(client, method, path, body=None, key="", expected=None):
    answer = client.generic(
        method.upper(), path, json.dumps(body or {}), "application/json", headers={"X-API-Key": key} if key else {}
    )
    assert answer.status_code == (expected or answer.status_code), answer.content
    return answer.status_code, json.loads(answer.content) if answer.content else None


def made(client, key, vendor: Vendor, **more):
    body = {"kind": "mixpanel", "name": "Product", "settings": {"token": "t0ken", "host": vendor.url}, **more}
    return send(client, "post", URL, body, key, 201)[1]


def test_a_destination_is_made_listed_changed_and_ended(client, acme, acme_secret, vendor, event_store):
    _, shown = made(client, acme_secret, vendor, renamed_events={"signup": "Sign Up"}), None
    (shown,) = send(client, "get", URL, key=acme_secret)[1]

    assert (shown["kind"], shown["name"], shown["state"]) == ("mixpanel", "Product", "healthy")
    assert shown["settings"] == {"host": vendor.url}
    assert "t0ken" not in json.dumps(shown)
    assert (shown["events_waiting"], shown["lag_seconds"]) == (0, 0)
    assert len(shown["event_types"]) == 13

    address = f"{URL}/{shown['id']}"
    change = {"name": "Growth", "event_types": ["goal"], "settings": {"token": "n3w"}}
    _, changed = send(client, "put", address, change, acme_secret, 200)
    assert (changed["name"], changed["event_types"]) == ("Growth", ["goal"])
    assert changed["renamed_events"] == {"signup": "Sign Up"}

    assert send(client, "delete", address, key=acme_secret)[0] == 204
    assert send(client, "get", address, key=acme_secret)[0] == 404
    assert not Connection.objects.exists()
    said = AuditEntry.objects.filter(action__startswith="destination.").values_list("action", "target")
    assert set(said) == {
        ("destination.connect", "Product"), ("destination.change", "Growth"), ("destination.disconnect", "Growth"),
    }  # fmt: skip


def test_the_environment_is_chosen_once(client, acme_secret, vendor, event_store):
    shown = made(client, acme_secret, vendor, environment="test")

    _, changed = send(client, "put", f"{URL}/{shown['id']}", {"environment": "live"}, acme_secret, 200)

    assert changed["environment"] == "test"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "fax"}, "tinybird"),
        ({"kind": "mixpanel", "settings": {}}, "Project token is needed."),
        ({"kind": "mixpanel", "settings": {"token": "x", "region": "eu"}}, "no setting of mixpanel"),
        ({"kind": "mixpanel", "settings": {"token": "x", "host": "ftp://x"}}, "https://"),
        ({"kind": "log", "event_types": ["pageview"]}, "pageview"),
        ({"kind": "log", "event_types": []}, "event_types"),
        ({"kind": "webhook", "settings": {"url": "https://x.example", "secret": "guess"}}, "whsec_"),
        ({"kind": "log", "renamed_properties": {"a\0b": "c"}}, "Null characters"),
    ],
)
def test_a_refusal_says_what_to_send_instead(client, acme_secret, event_store, body, said):
    status, problem = send(client, "post", URL, body, acme_secret)

    assert status in (400, 422)
    assert said in json.dumps(problem)
    assert not Forwarding.objects.exists()


def test_our_own_address_would_send_events_round_in_circles(client, acme_secret, event_store, settings):
    settings.SITE_URL = "https://metricpal.example.com"
    body = {"kind": "mixpanel", "settings": {"token": "x", "host": "https://MetricPal.example.com/"}}

    status, problem = send(client, "post", URL, body, acme_secret)

    assert (status, problem["detail"]) == (422, "This is MetricPal itself. Events would go round in circles.")


def test_trying_it_out_says_what_the_vendor_said(client, acme_secret, vendor, event_store):
    address = f"{URL}/{made(client, acme_secret, vendor)['id']}/test"

    assert send(client, "post", address, key=acme_secret)[1] == {"works": True, "error": ""}
    vendor.answer(401, b'{"error": "Unauthorized t0ken"}')
    assert send(client, "post", address, key=acme_secret)[1] == {
        "works": False,
        "error": 'Mixpanel answered 401: {"error": "Unauthorized …"}',
    }


def test_pause_resume_books_and_dead_letters(clock, client, acme, acme_secret, vendor, mixpanel, writer, at_noon):
    forwarding = destination(acme, vendor)
    address = f"{URL}/{forwarding.connection.uid}"
    store(writer, acme.dataset_id(), [view("11:01"), view("11:02")])
    vendor.answer(500)
    run(at_noon)
    forwarding.deliveries.update(state=Delivery.State.DEAD)

    day = {"day": "2026-03-10", "eligible": 2, "sent": 0, "rejected": {}, "waiting": 0, "dead": 2}
    assert send(client, "get", f"{address}/days", key=acme_secret)[1] == [day]
    assert send(client, "post", f"{address}/pause", key=acme_secret)[1]["state"] == "paused"
    assert send(client, "post", f"{address}/retry", key=acme_secret)[1] == {"batches": 1}
    run(at_noon)
    assert len(vendor.requests) == 1
    assert send(client, "post", f"{address}/resume", key=acme_secret)[1]["state"] == "healthy"
    run(at_noon)
    assert send(client, "get", f"{address}/days", key=acme_secret)[1] == [day | {"sent": 2, "dead": 0}]


def test_a_stretch_of_the_past_is_sent_again_and_counted_apart(
    clock, client, acme, acme_secret, vendor, mixpanel, writer, at_noon
):
    store(writer, acme.dataset_id(), [view("10:15"), view("11:15"), view("11:45")])
    forwarding = destination(acme, vendor)  # since 11:00
    address = f"{URL}/{forwarding.connection.uid}/resends"
    run(at_noon)

    asked = {"start": "2026-03-10T10:00:00Z", "end": "2026-03-10T11:30:00Z"}
    assert send(client, "post", address, asked, acme_secret)[0] == 201
    run(at_noon)

    (shown,) = send(client, "get", address, key=acme_secret)[1]
    assert (shown["eligible"], shown["sent"], shown["is_planned"]) == (2, 2, True)
    assert len(mixpanel.taken) == 3
    days = send(client, "get", f"{URL}/{forwarding.connection.uid}/days", key=acme_secret)[1]
    assert [(day["eligible"], day["sent"]) for day in days] == [(2, 2)]


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        (NOW, NOW - timedelta(hours=1), 422),
        (NOW + timedelta(hours=1), NOW + timedelta(hours=2), 422),
        (NOW - timedelta(days=500), NOW, 422),
    ],
)
def test_a_stretch_that_is_none_is_refused(clock, client, acme, acme_secret, vendor, event_store, start, end, status):
    address = f"{URL}/{destination(acme, vendor).connection.uid}/resends"

    body = {"start": start.isoformat(), "end": end.isoformat()}

    assert send(client, "post", address, body, acme_secret)[0] == status


def test_the_seeds_configuration_tells_the_truth(clock, client, acme, acme_secret, acme_key, vendor, event_store):
    def told(key):
        config = send(client, "get", "/api/v1/analytics/config", key=key, expected=200)[1]
        return config["amplitude_configured"], config["mixpanel_configured"]

    assert told(acme_secret) == (False, False)
    amplitude = destination(acme, vendor, "amplitude")
    destination(acme, vendor, "mixpanel", environment="test")
    assert told(acme_secret) == (True, False)
    Connection.objects.filter(pk=amplitude.pk).update(paused_at=NOW)
    assert told(acme_secret) == (False, False)


def test_who_may_not_administer_sees_nothing_of_it(as_analyst, acme, vendor, event_store):
    address = f"{URL}/{destination(acme, vendor).connection.uid}"

    assert as_analyst.get(f"{URL}?workspace=acme").status_code == 403
    assert as_analyst.get(address).status_code == 403
    assert as_analyst.delete(address).status_code == 403


def test_with_the_clock_at_noon_the_lag_is_the_age_of_the_oldest_event(
    clock, client, acme, acme_secret, vendor, writer
):
    made_at_eleven = destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("11:30"), view("11:40")])
    vendor.answer(500)
    run(Clock())

    _, shown = send(client, "get", f"{URL}/{made_at_eleven.connection.uid}", key=acme_secret)

    assert (shown["events_waiting"], shown["lag_seconds"], shown["state"]) == (2, 1800, "failing")
    assert shown["error"] == "Mixpanel answered 500: {}"
