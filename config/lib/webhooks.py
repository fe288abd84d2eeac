"""Signed webhooks as Standard Webhooks 1.0 describes them, so that receivers can check them with its libraries."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PREFIX = "whsec_"
SIGNING_PREFIX, PUBLIC_PREFIX = "whsk_", "whpk_"
TOLERANCE_S = 5 * 60  # how old a signature may be, or how far ahead the sender's clock


def new_secret() -> str:
    return PREFIX + _text(secrets.token_bytes(24))


def new_pair() -> tuple[str, str]:
    """(signing key, public key) of Ed25519: whoever has the second can check signatures and make none."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return SIGNING_PREFIX + _text(key.private_bytes_raw()), PUBLIC_PREFIX + _text(public)


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers to send with `body`. `message_id` stays the same when the message is sent again."""
    seconds = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + _signature(secret, message_id, seconds, body),
    }


def signature_v1a(signing_key: str, message_id: str, at: datetime, body: bytes) -> str:
    """A word more for the header webhook-signature."""
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(signing_key.removeprefix(SIGNING_PREFIX)))
    return "v1a," + _text(key.sign(_signed_part(message_id, str(int(at.timestamp())), body)))


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether one of the signatures in `headers` (names in lower case) is that of `body`, and recent."""
    message_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    expected = _signature(secret, message_id, seconds, body)
    return _is_recent(seconds, now) and any(hmac.compare_digest(each, expected) for each in _given(headers, "v1"))


def verify_v1a(public_key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """The same with a public key."""
    message_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix(PUBLIC_PREFIX)))
    part = _signed_part(message_id, seconds, body)
    return _is_recent(seconds, now) and any(_is_of(key, each, part) for each in _given(headers, "v1a"))


def _is_of(key: Ed25519PublicKey, signature: str, part: bytes) -> bool:
    try:
        key.verify(base64.b64decode(signature), part)
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_recent(seconds: str, now: datetime) -> bool:
    return seconds.isdecimal() and abs(int(seconds) - now.timestamp()) <= TOLERANCE_S


def _given(headers: Mapping[str, str], version: str) -> list[str]:
    words = (each.partition(",") for each in headers.get("webhook-signature", "").split())
    return [value for name, _, value in words if name == version]


def _signature(secret: str, message_id: str, seconds: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return _text(hmac.digest(key, _signed_part(message_id, seconds, body), "sha256"))


def _signed_part(message_id: str, seconds: str, body: bytes) -> bytes:
    return f"{message_id}.{seconds}.".encode() + body


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
