"""Tinybird's Events API: NDJSON, a token, and the number of rows it set aside."""

import json

import pytest

from config.testing.vendor import Vendor
from tracking.destinations.model import Outcome, Unacceptable
from tracking.destinations.tinybird import Tinybird, TinybirdSettings
from tracking.tests.destinations.made import batch, event
from workspaces.providers import DeliveryError, SettingError
from workspaces.tests.provider_contract import SECRET, ProviderContract

EVENTS = batch(event(0), event(1), event(2))


def tinybird(url: str) -> Tinybird:
    return Tinybird(TinybirdSettings(token=SECRET, data_source="web_events", host=url + "/"))


class TestTinybird(ProviderContract):
    permanent = 403  # Tinybird's word for an unknown token

    def made(self, url: str) -> Tinybird:
        return tinybird(url)

    def deliver(self, provider: Tinybird) -> Outcome:
        return provider.send(EVENTS)


def test_a_line_of_json_for_each_event_and_waits_for_the_database(vendor: Vendor):
    vendor.answer(200, b'{"successful_rows": 3, "quarantined_rows": 0}')

    assert tinybird(vendor.url).send(EVENTS) == Outcome(3)

    received = vendor.requests[0]
    assert (received.method, received.path) == ("POST", "/v0/events")
    assert received.query == {"name": "web_events", "wait": "true"}
    assert received.headers["authorization"] == f"Bearer {SECRET}"
    lines = [json.loads(line) for line in received.body.split(b"\n")]
    assert lines[0] == {
        "event_id": "0195821b-0000-4000-8000-000000000001",
        "timestamp": "2026-03-10T11:59:30.000+00:00",
        "event_type": "page_view",
        "event_name": "page_view",
        "user_id": "ada",
        "visitor_id": "00000000000000a1",
        "session_id": EVENTS.events[0].session_id,
        "url": "acme.example/pricing",
        "title": "Pricing",
        "referrer": "",
        "source": "",
        "country": "DE",
        "browser": "Firefox",
        "os": "",
        "device": "",
        "language": "",
        "value": 0.0,
        "currency": "",
        "properties": '{"plan":"pro"}',
    }
    assert [line["timestamp"][17:19] for line in lines] == ["30", "31", "32"]


def test_quarantined_rows_are_rejected(vendor: Vendor):
    vendor.answer(202, b'{"successful_rows": 1, "quarantined_rows": 2}')

    assert tinybird(vendor.url).send(EVENTS) == Outcome(1, {"quarantined": 2})


def test_a_view_that_failed_after_the_rows_were_taken_is_no_reason_to_send_them_twice(vendor: Vendor):
    vendor.answer(422, b'{"error": "a materialized view failed"}')

    assert tinybird(vendor.url).send(EVENTS) == Outcome(3)


@pytest.mark.parametrize(("status", "reason"), [(400, "http_400"), (413, "too_large")])
def test_what_it_cannot_read_is_refused_whole(vendor: Vendor, status, reason):
    vendor.answer(status)

    with pytest.raises(Unacceptable, match=reason):
        tinybird(vendor.url).send(EVENTS)


def test_a_workspace_in_another_region_is_a_permanent_error(vendor: Vendor):
    vendor.answer(404, b'{"error": "workspace not found"}')

    with pytest.raises(DeliveryError, match="Tinybird answered 404: .*workspace not found") as raised:
        tinybird(vendor.url).send(EVENTS)
    assert raised.value.permanent


def test_a_host_without_https_before_it_is_refused():
    with pytest.raises(SettingError, match="https://"):
        tinybird("api.tinybird.co")
