"""Signed webhooks: what a receiver with a Standard Webhooks library checks."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from config.lib.webhooks import new_secret, verify, verify_v1a
from config.testing.vendor import Vendor
from tracking.destinations.model import Batch, Outcome, Unacceptable
from tracking.destinations.webhook import Webhook, WebhookSettings
from tracking.tests.destinations.made import AT, batch, body, event
from workspaces.providers import DeliveryError, SettingError
from workspaces.tests.provider_contract import ProviderContract

SECRET = "whsec_" + "dGhlLXNlY3JldC10aGF0LW5vYm9keS1pcy1zaG93bg=="


def webhook(url: str, secret: str = SECRET, *former: str) -> Webhook:
    return Webhook(WebhookSettings(url + "/hooks/metricpal", secret, *former))


class TestWebhook(ProviderContract):
    secret, permanent = SECRET, 410

    def made(self, url: str) -> Webhook:
        return webhook(url)

    def deliver(self, provider: Webhook) -> Outcome:
        return provider.send(batch())


def test_a_receiver_can_check_the_signature_over_the_whole_batch(vendor: Vendor):
    webhook(vendor.url).send(batch(event(0), event(1)))

    received = vendor.requests[0]
    assert (received.method, received.path) == ("POST", "/hooks/metricpal")
    assert received.headers["webhook-id"] == "msg_0195821b0000400080000000000000ff"
    assert verify(SECRET, received.headers, received.body, AT)
    assert not verify(SECRET, received.headers, received.body.replace(b"ada", b"eve"), AT)
    assert not verify(new_secret(), received.headers, received.body, AT)
    assert not verify(SECRET, received.headers, received.body, AT + timedelta(minutes=6))


def test_whoever_has_the_public_key_can_check_it_and_sign_nothing(vendor: Vendor):
    """Both signatures stand in one header; a library takes the one it knows."""
    made = Webhook.begun({"url": vendor.url, "secret": SECRET})
    Webhook(WebhookSettings(**made)).send(batch(event(0)))

    received = vendor.requests[0]
    public = made["public_key"]
    assert verify(SECRET, received.headers, received.body, AT)
    assert verify_v1a(public, received.headers, received.body, AT)
    assert not verify_v1a(public, received.headers, received.body + b" ", AT)
    assert not verify_v1a(Webhook.begun({})["public_key"], received.headers, received.body, AT)
    assert not verify_v1a(public, received.headers, received.body, AT + timedelta(minutes=6))


def test_a_new_secret_leaves_the_pair_of_keys_and_an_old_connection_gets_one():
    old = webhook("https://example.com")
    given = old.changed({"url": "https://example.com"}, AT)
    kept = Webhook(WebhookSettings(**{"secret": SECRET, **given})).changed({"secret": new_secret()}, AT)

    assert given["public_key"].startswith("whpk_") and given["signing_key"].startswith("whsk_")
    assert kept["public_key"] == given["public_key"] and "signing_key" not in kept


def test_the_message_has_type_timestamp_and_data(vendor: Vendor):
    webhook(vendor.url).send(batch(event(user_id="", props={"name": "Zoë"})))

    message = body(vendor.requests[0])
    assert (message["type"], message["timestamp"]) == ("events", "2026-03-10T11:59:30+00:00")
    assert message["data"]["events"] == [
        {
            "id": "0195821b-0000-4000-8000-000000000001",
            "type": "page_view",
            "name": "page_view",
            "timestamp": "2026-03-10T11:59:30.000+00:00",
            "received_at": "2026-03-10T11:59:31.000+00:00",
            "user_id": None,
            "visitor_id": "00000000000000a1",
            "session_id": event().session_id,
            "url": "acme.example/pricing",
            "title": "Pricing",
            "referrer": "",
            "context": {"country": "DE", "browser": "Firefox"},
            "value": None,
            "currency": None,
            "properties": {"name": "Zoë"},
        }
    ]


def test_for_a_day_after_a_change_both_secrets_sign(vendor: Vendor):
    newer = new_secret()
    values = webhook(vendor.url).changed({"secret": newer}, AT)
    changed = webhook(vendor.url, newer, values["former_secret"], values["former_until"])

    changed.send(Batch(uuid.uuid4(), AT + timedelta(hours=23), [event()]))
    changed.send(Batch(uuid.uuid4(), AT + timedelta(hours=25), [event()]))

    day, later = vendor.requests
    assert verify(newer, day.headers, day.body, AT + timedelta(hours=23))
    assert verify(SECRET, day.headers, day.body, AT + timedelta(hours=23))
    assert verify(newer, later.headers, later.body, AT + timedelta(hours=25))
    assert not verify(SECRET, later.headers, later.body, AT + timedelta(hours=25))


def test_a_change_of_anything_else_leaves_the_overlap_as_it_was(vendor: Vendor):
    hook = webhook(vendor.url, new_secret(), SECRET, "2026-03-11T00:00:00+00:00", "whsk_a", "whpk_a")

    assert hook.changed({"url": "https://b.example", "secret": ""}, AT) == {
        "url": "https://b.example", "secret": "", "former_until": "2026-03-11T00:00:00+00:00", "public_key": "whpk_a",
    }  # fmt: skip


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504])
def test_a_receiver_with_a_fault_is_tried_again(vendor: Vendor, status):
    vendor.answer(status)

    with pytest.raises(DeliveryError) as raised:
        webhook(vendor.url).send(batch())
    assert not raised.value.permanent


@pytest.mark.parametrize("status", [200, 201, 202, 204, 207, 299])
def test_every_2xx_means_taken(vendor: Vendor, status):
    vendor.answer(status, b"")

    assert webhook(vendor.url).send(batch()) == Outcome(1)


def test_a_batch_that_is_too_large_is_refused_whole(vendor: Vendor):
    vendor.answer(413)

    with pytest.raises(Unacceptable, match="too_large"):
        webhook(vendor.url).send(batch())


def test_more_than_256_kilobytes_are_not_sent_at_once(vendor: Vendor):
    long = {f"property_{number}": "x" * 1000 for number in range(140)}

    with pytest.raises(Unacceptable, match="too_large"):
        webhook(vendor.url).send(batch(event(0, props=long), event(1, props=long)))
    assert not vendor.requests
    assert webhook(vendor.url).send(batch(event(0, props=long | long))) == Outcome(1)


def test_the_receiver_in_the_documentation_takes_our_signature_and_no_other(vendor: Vendor, settings):
    page = (settings.BASE_DIR / "templates/docs/webhook.md").read_text()
    printed: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], printed)
    hook = webhook(vendor.url)
    hook.send(Batch(uuid.uuid4(), datetime.now(UTC), [event(0), event(1, title="Zoë")]))
    received = vendor.requests[0]

    assert printed["is_ours"](SECRET, received.headers, received.body)
    assert not printed["is_ours"](SECRET, received.headers, received.body + b" ")
    assert not printed["is_ours"](new_secret(), received.headers, received.body)
    late = {**received.headers, "webhook-timestamp": str(int(time.time()) - 301)}
    assert not printed["is_ours"](SECRET, late, received.body)


def test_the_receiver_with_the_public_key_in_the_documentation_does_too(vendor: Vendor, settings):
    page = (settings.BASE_DIR / "templates/docs/webhook.md").read_text()
    printed: dict[str, Any] = {}
    exec(page.split("```python\n")[2].split("```")[0], printed)
    made = Webhook.begun({"url": vendor.url, "secret": SECRET})
    Webhook(WebhookSettings(**made)).send(Batch(uuid.uuid4(), datetime.now(UTC), [event(0)]))
    received = vendor.requests[0]

    printed["is_ours"](made["public_key"], received.headers, received.body)
    with pytest.raises(InvalidSignature):
        printed["is_ours"](made["public_key"], received.headers, received.body + b" ")


@pytest.mark.parametrize("secret", ["short", "whsec_", "whsec_AAAA", "whsec_not base64!", "whsec_" + "A" * 400])
def test_a_secret_that_anybody_could_guess_is_refused(secret):
    with pytest.raises(SettingError, match="whsec_"):
        webhook("https://acme.example", secret)
