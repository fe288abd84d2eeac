"""Signed webhooks as Standard Webhooks 1.0 describes them, so that receivers can check them with its libraries."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

PREFIX = "whsec_"
TOLERANCE_S = 5 * 60  # how old a signature may be, or how far ahead the sender's clock


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers to send with `body`. `message_id` stays the same when the message is sent again."""
    seconds = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + _signature(secret, message_id, seconds, body),
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether one of the signatures in `headers` (names in lower case) is that of `body`, and recent."""
    message_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not seconds.isdecimal() or abs(int(seconds) - now.timestamp()) > TOLERANCE_S:
        return False
    expected = _signature(secret, message_id, seconds, body)
    given = (each.partition(",") for each in headers.get("webhook-signature", "").split())
    return any(version == "v1" and hmac.compare_digest(value, expected) for version, _, value in given)


def _signature(secret: str, message_id: str, seconds: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, f"{message_id}.{seconds}.".encode() + body, "sha256")).decode()
