"""Is it Stripe who speaks?"""

import json
from datetime import datetime
from typing import Any

from django.conf import settings

from config.lib.problems import Problem

TOLERANCE_S = 300


def read_webhook(body: bytes, signature: str, now: datetime) -> dict[str, Any]:
    """The event, if its signature holds and is at most five minutes old or ahead. Raises Problem 400 otherwise."""
    import stripe

    try:
        text = body.decode()
        stripe.WebhookSignature.verify_header(text, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_S)
        event = json.loads(text)
    except (stripe.SignatureVerificationError, ValueError) as error:
        raise _unsigned() from error
    # The SDK looks back only: a signature from tomorrow could be used until then.
    if _signed_at(signature) > now.timestamp() + TOLERANCE_S:
        raise _unsigned()
    if not isinstance(event, dict) or not isinstance(event.get("id"), str) or not isinstance(event.get("type"), str):
        raise Problem(400, "no_event", "This is signed, but no event of Stripe: it has no id and type.")
    return event


def _signed_at(signature: str) -> int:
    parts = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
    return int(parts.get("t", 0))


def _unsigned() -> Problem:
    detail = "The signature does not fit. Is STRIPE_WEBHOOK_SECRET the secret of this endpoint?"
    return Problem(400, "signature", detail)
