"""A signed webhook to an address of the customer's, as Standard Webhooks 1.0 describes it.

https://www.standardwebhooks.com
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.lib import clock
from config.lib.webhooks import PREFIX, new_pair, signature_v1a, signed
from tracking.destinations.model import Batch, Destination, Event, Outcome, Unacceptable, as_json, checked_address
from workspaces.outgoing import call
from workspaces.providers import SettingError, option, register

OVERLAP = timedelta(hours=24)
SHORTEST_KEY, LONGEST_KEY = 24, 64  # bytes


@dataclass(frozen=True)
class WebhookSettings:
    url: str = option("Address", help="https://… that takes POST and answers 2xx.")
    secret: str = option("Signing secret", secret=True, help="Your receiver checks signatures with it: whsec_…")
    former_secret: str = option("Former secret", secret=True, default="")
    former_until: str = option("Signed with the former secret until", default="")
    signing_key: str = option("Signing key", secret=True, default="")
    public_key: str = option("Public key", default="")

    def __post_init__(self) -> None:
        checked_address("url", self.url)
        _check_secret("secret", self.secret)


def _check_secret(name: str, secret: str) -> None:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise SettingError(name, f"Write {PREFIX} and {SHORTEST_KEY} to {LONGEST_KEY} bytes as Base64.")


@register
class Webhook(Destination):
    kind, label, Settings = "webhook", "Webhook", WebhookSettings
    says = "Signed requests to an address of your own."
    max_batch, max_bytes, wants_traits = 100, 256 * 1024, True
    untyped = ("former_secret", "former_until", "signing_key", "public_key")

    def send(self, batch: Batch) -> Outcome:
        events = [to_event(event) for event in batch.events]
        self.check_size(as_json(events), batch)
        # What a receiver answers is its own doing and may be repaired: only 410 says that nobody is there any more.
        if self._post(f"msg_{batch.uid.hex}", batch.at, "events", {"events": events}) == 413:
            raise Unacceptable("too_large")
        return Outcome(len(batch.events))

    def test(self) -> None:
        at = clock.now()
        self._post(f"msg_test_{int(at.timestamp())}", at, "test", {"events": []})

    @classmethod
    def begun(cls, values: Mapping[str, str]) -> Mapping[str, str]:
        """With a pair of keys of its own: one that others had too would sign for each of them."""
        signing_key, public_key = new_pair()
        return {**values, "signing_key": signing_key, "public_key": public_key}

    def changed(self, values: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """With a new secret, the one before is good for a day more. The pair of keys stays."""
        was = self.settings
        values = {**values, "public_key": was.public_key} if was.public_key else self.begun(values)
        if values.get("secret", was.secret) in ("", was.secret):
            return {**values, "former_until": was.former_until}
        return {**values, "former_secret": was.secret, "former_until": (now + OVERLAP).isoformat()}

    def _post(self, message_id: str, at: datetime, kind: str, data: dict[str, Any]) -> int:
        body = as_json({"type": kind, "timestamp": at.isoformat(timespec="seconds"), "data": data})
        headers = signed(self.settings.secret, message_id, at, body)
        if self.settings.former_secret and at.isoformat() < self.settings.former_until:
            former = signed(self.settings.former_secret, message_id, at, body)
            headers["webhook-signature"] += " " + former["webhook-signature"]
        if self.settings.signing_key:
            headers["webhook-signature"] += " " + signature_v1a(self.settings.signing_key, message_id, at, body)
        headers["content-type"] = "application/json"
        return call(self, "POST", self.settings.url, body=body, headers=headers, reads=(413,), permanent=(410,)).status


def to_event(event: Event) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "type": event.type,
        "name": event.name,
        "timestamp": event.at.isoformat(timespec="milliseconds"),
        "received_at": event.received_at.isoformat(timespec="milliseconds"),
        "user_id": event.user_id or None,
        "visitor_id": event.visitor_id,
        "session_id": event.session_id,
        "url": event.url,
        "title": event.title,
        "referrer": event.referrer,
        "context": dict(event.about),
        "value": event.value or None,
        "currency": event.currency or None,
        "properties": dict(event.props),
        **({"traits": dict(event.traits)} if event.traits else {}),
    }
