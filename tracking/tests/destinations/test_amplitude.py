"""Amplitude: HTTP V2 for events, Identify for people."""

import json
from urllib.parse import parse_qs

import pytest

from config.testing.vendor import Received, Reply, Vendor
from tracking.destinations.amplitude import Amplitude, AmplitudeSettings
from tracking.destinations.model import Outcome, Unacceptable
from tracking.tests.destinations.made import batch, body, event, identify
from workspaces.providers import DeliveryError
from workspaces.tests.provider_contract import SECRET, ProviderContract

TAKEN = b'{"code": 200, "events_ingested": 1, "payload_size_bytes": 50, "server_upload_time": 1396381378123}'
THREE = batch(event(0), event(1), event(2))


def amplitude(url: str) -> Amplitude:
    return Amplitude(AmplitudeSettings(SECRET, url))


class TestAmplitude(ProviderContract):
    def made(self, url: str) -> Amplitude:
        return amplitude(url)

    def deliver(self, provider: Amplitude) -> Outcome:
        return provider.send(THREE)

    def taken(self, received: Received) -> Reply:
        return Reply(200, TAKEN)


def test_events_as_http_v2_wants_them(vendor: Vendor):
    vendor.answer(200, TAKEN)

    assert amplitude(vendor.url).send(batch(event(value=49.0, currency="EUR"))) == Outcome(1)

    received = vendor.requests[0]
    assert (received.method, received.path) == ("POST", "/2/httpapi")
    assert received.headers["content-type"] == "application/json"
    assert body(received) == {
        "api_key": SECRET,
        "options": {"min_id_length": 1},
        "events": [
            {
                "event_type": "page_view",
                "user_id": "ada",
                "device_id": "00000000000000a1",
                "time": 1_773_143_970_000,  # 11:59:30
                "session_id": 1_773_143_880_000,  # 90 seconds earlier
                "insert_id": "0195821b-0000-4000-8000-000000000001",
                "country": "DE",
                "revenue": 49.0,
                "event_properties": {
                    "url": "acme.example/pricing",
                    "title": "Pricing",
                    "country": "DE",
                    "browser": "Firefox",
                    "value": 49.0,
                    "currency": "EUR",
                    "plan": "pro",
                },
            }
        ],
    }


def test_what_is_known_of_people_goes_to_identify_once_for_each(vendor: Vendor):
    vendor.answer(200, TAKEN)
    vendor.answer(200, b"success")

    amplitude(vendor.url).send(batch(identify(0), identify(1), event(2)))

    received = vendor.requests[1]
    assert received.path == "/identify"
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    form = parse_qs(received.body.decode())
    assert form["api_key"] == [SECRET]
    assert json.loads(form["identification"][0]) == [
        {"user_id": "ada", "device_id": "00000000000000a1", "user_properties": {"$set": {"plan": "pro"}}}
    ]


def test_nothing_of_a_request_with_a_faulty_event_is_taken_so_the_others_come_again(vendor: Vendor):
    said = {
        "code": 400,
        "error": "Request missing required field",
        "events_with_invalid_fields": {"time": [0]},
        "events_with_missing_fields": {"event_type": [2]},
    }
    vendor.answer(400, json.dumps(said).encode())

    assert amplitude(vendor.url).send(THREE) == Outcome(0, {"invalid_time": 1, "missing_event_type": 1}, [1])


def test_silenced_devices_and_short_ids_have_their_reasons(vendor: Vendor):
    said = {"code": 400, "silenced_events": [1], "events_with_invalid_id_lengths": {"user_id": [0]}}
    vendor.answer(400, json.dumps(said).encode())

    outcome = amplitude(vendor.url).send(THREE)

    assert (outcome.rejected, outcome.again) == ({"id_length_user_id": 1, "silenced": 1}, [2])


def test_throttled_users_have_half_a_minute_of_rest_and_nobody_else_has(vendor: Vendor):
    said = {"code": 429, "error": "Too many requests for some devices and users", "throttled_events": [0, 2]}
    vendor.answer(429, json.dumps(said).encode())

    outcome = amplitude(vendor.url).send(THREE)

    assert (outcome.taken, list(outcome.again), outcome.wait_s) == (0, [0, 1, 2], 30)


def test_an_unknown_key_is_a_permanent_error(vendor: Vendor):
    vendor.answer(400, b'{"code": 400, "error": "Invalid API key: ' + SECRET.encode() + b'", "api_key": ""}')

    with pytest.raises(DeliveryError) as raised:
        amplitude(vendor.url).send(THREE)
    assert raised.value.permanent and SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [(413, b'{"code": 413, "error": "Payload too large"}', "too_large"), (400, b"{}", "http_400")],
)
def test_what_it_refuses_whole(vendor: Vendor, status, answer, reason):
    vendor.answer(status, answer)

    with pytest.raises(Unacceptable, match=reason):
        amplitude(vendor.url).send(THREE)


def test_an_answer_with_places_that_do_not_exist_harms_nobody(vendor: Vendor):
    vendor.answer(400, b'{"events_with_invalid_fields": {"time": [0, 99, "x", -1]}, "silenced_events": "all"}')

    assert amplitude(vendor.url).send(THREE) == Outcome(0, {"invalid_time": 1}, [1, 2])
