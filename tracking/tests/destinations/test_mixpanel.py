"""Mixpanel: /import for events, /engage for people."""

import base64
import json

import pytest

from config.testing.vendor import Received, Reply, Vendor
from tracking.destinations.mixpanel import Mixpanel, MixpanelSettings
from tracking.destinations.model import Outcome, Unacceptable
from tracking.tests.destinations.made import batch, body, event, identify
from workspaces.providers import DeliveryError
from workspaces.tests.provider_contract import SECRET, ProviderContract

TAKEN = b'{"code": 200, "num_records_imported": 1, "status": "OK"}'
THREE = batch(event(0), event(1), event(2))


def mixpanel(url: str) -> Mixpanel:
    return Mixpanel(MixpanelSettings(SECRET, url))


class TestMixpanel(ProviderContract):
    def made(self, url: str) -> Mixpanel:
        return mixpanel(url)

    def deliver(self, provider: Mixpanel) -> Outcome:
        return provider.send(THREE)

    def taken(self, received: Received) -> Reply:
        return Reply(200, TAKEN)


def test_events_as_import_wants_them(vendor: Vendor):
    vendor.answer(200, TAKEN)

    assert mixpanel(vendor.url).send(batch(event())) == Outcome(1)

    received = vendor.requests[0]
    assert (received.method, received.path, received.query) == ("POST", "/import", {"strict": "1"})
    kind, _, basic = received.headers["authorization"].partition(" ")
    assert (kind, base64.b64decode(basic).decode()) == ("Basic", f"{SECRET}:")
    assert body(received) == [
        {
            "event": "page_view",
            "properties": {
                "time": 1_773_143_970_000,
                "distinct_id": "ada",
                "$device_id": "00000000000000a1",
                "$user_id": "ada",
                "$insert_id": "0195821b-0000-4000-8000-000000000001",
                "ip": "0",
                "$current_url": "acme.example/pricing",
                "title": "Pricing",
                "mp_country_code": "DE",
                "$browser": "Firefox",
                "plan": "pro",
            },
        }
    ]


def test_an_unknown_visitor_is_a_device(vendor: Vendor):
    mixpanel(vendor.url).send(batch(event(user_id="")))

    properties = body(vendor.requests[0])[0]["properties"]
    assert properties["distinct_id"] == "$device:00000000000000a1"
    assert "$user_id" not in properties


def test_a_property_of_the_sender_cannot_take_the_place_of_who_and_when(vendor: Vendor):
    mixpanel(vendor.url).send(batch(event(props={"distinct_id": "eve", "$insert_id": "x", "time": "0"})))

    properties = body(vendor.requests[0])[0]["properties"]
    assert (properties["distinct_id"], properties["time"]) == ("ada", 1_773_143_970_000)


def test_what_is_known_of_people_goes_to_engage_once_for_each(vendor: Vendor):
    vendor.answer(200, TAKEN)
    vendor.answer(200, b'{"error": "", "status": 1}')

    mixpanel(vendor.url).send(batch(identify(0), identify(1), event(2)))

    received = vendor.requests[1]
    assert (received.path, received.query) == ("/engage", {"verbose": "1"})
    assert body(received) == [
        {"$token": SECRET, "$distinct_id": "ada", "$ip": "0", "$ignore_time": True, "$set": {"plan": "pro"}}
    ]


def test_a_profile_that_is_refused_with_status_200_is_tried_again(vendor: Vendor):
    vendor.answer(200, TAKEN)
    vendor.answer(200, b'{"error": "some data points failed", "status": 0}')

    with pytest.raises(DeliveryError, match="some data points failed"):
        mixpanel(vendor.url).send(batch(identify()))


def test_the_events_that_fail_are_rejected_and_the_others_are_taken(vendor: Vendor):
    said = {
        "code": 400,
        "error": "some data points in the request failed validation",
        "failed_records": [
            {"index": 0, "insert_id": "a", "field": "properties.time", "message": "must be seconds since epoch"},
            {"index": 2, "insert_id": "c", "field": "<b>", "message": "?"},
        ],
        "num_records_imported": 1,
        "status": "Bad Request",
    }
    vendor.answer(400, json.dumps(said).encode())

    assert mixpanel(vendor.url).send(THREE) == Outcome(1, {"properties.time": 1, "invalid": 1})


def test_more_than_two_megabytes_are_not_sent_at_once(vendor: Vendor):
    long = {f"property_{number}": "x" * 1000 for number in range(250)}

    with pytest.raises(Unacceptable, match="too_large"):
        mixpanel(vendor.url).send(batch(*(event(number, props=long) for number in range(9))))
    assert not vendor.requests


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (413, b'{"code": 413, "error": "request exceeds max limit of 2097152 bytes"}', "too_large"),
        (400, b'{"code": 400, "error": "invalid JSON"}', "http_400"),
    ],
)
def test_what_it_refuses_whole(vendor: Vendor, status, answer, reason):
    vendor.answer(status, answer)

    with pytest.raises(Unacceptable, match=reason):
        mixpanel(vendor.url).send(THREE)
