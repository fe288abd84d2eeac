"""A webhook of the customer's own, signed as Standard Webhooks describes, so that its libraries verify it."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from analytics.channels.base import Channel, Message, sample
from analytics.channels.posting import GONE, JSON, as_json, check
from config.lib import clock
from config.lib.happenings import tell
from config.lib.webhooks import PREFIX, signed
from workspaces.outgoing import call
from workspaces.providers import SettingError, option, register

LEAST_SECRET = 24  # bytes, as Standard Webhooks asks


@dataclass(frozen=True)
class WebhookSettings:
    url: str = option("Address", help="An HTTPS address that answers with 2xx. Redirects are not followed.")
    secret: str = option(
        "Signing secret",
        help="whsec_ and at least 24 random bytes in Base64. Your receiver checks signatures with the same one.",
        secret=True,
    )

    def __post_init__(self) -> None:
        check("url", self.url)
        try:
            key = base64.b64decode(self.secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not self.secret.startswith(PREFIX) or len(key) < LEAST_SECRET:
            raise SettingError("secret", "Write whsec_ and at least 24 random bytes in Base64.")


@register
class Webhook(Channel):
    kind, label, says, Settings = "webhook", "Webhook", "Posts signed JSON to an address of yours.", WebhookSettings

    def test(self) -> None:
        now = clock.now()
        self.tell(sample(now, f"test-{int(now.timestamp())}", ""))

    def tell(self, message: Message) -> None:
        self.post(message.id, document(message))

    def post(self, message_id: str, about: dict[str, Any]) -> None:
        """Any signed document. Raises DeliveryError."""
        body = as_json(about)
        headers = JSON | signed(self.settings.secret, message_id, clock.now(), body)
        call(self, "POST", self.settings.url, body=body, headers=headers, permanent=GONE)
        tell("webhook.send", self.settings.url, clock.now(), type=str(about["type"]))


def document(message: Message) -> dict[str, Any]:
    return {
        "type": f"alert.{message.kind}",
        "timestamp": message.at.isoformat(),
        "data": {
            "alert": {"id": message.alert_id, "name": message.alert, "link": message.link},
            "workspace": message.workspace,
            "environment": "test" if message.is_test_data else "live",
            "message": message.said,
            "value": message.value,
            "threshold": message.threshold,
        },
    }
