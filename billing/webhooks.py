"""What Stripe tells us: stored at once, acted on afterwards, by reading Stripe's present state.

    POST /billing/stripe/ ─► read_webhook (signature) ─► receive: one row per event id ─► 200
    tasks.handle_event    ─► handle: claims the row ─► subscriptions.sync of the customer it concerns

Order, repetition, delay and loss do not matter: an event only says "look again". What failed, or was claimed by a
process that died, is due again (`due`); what never came is found by the nightly reconcile.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F, Q, QuerySet

from billing.models import Customer, StripeEvent
from billing.subscriptions import sync
from config.lib.happenings import tell
from config.lib.problems import Problem

log = structlog.get_logger()

State = StripeEvent.State
CLAIMED_FOR = timedelta(minutes=10)  # longer than any handling takes
KEPT = timedelta(days=90)
PAUSES_MINUTES = (1, 5, 30, 120, 300, 600, 1440)
MAX_ATTEMPTS = len(PAUSES_MINUTES)
# All of them lead to the same reading; the rest is not about what we keep.
HANDLED = (
    "checkout.session.",
    "customer.subscription.",
    "customer.discount.",
    "customer.tax_id.",
    "invoice.",
    "payment_method.",
)
PAYMENTS = {"invoice.paid": "payment.success", "invoice.payment_failed": "payment.fail"}  # what we count of ourselves
HANDLED_EXACTLY = frozenset({"customer.updated", "customer.deleted", "charge.refunded", "charge.dispute.created"})


def receive(event: dict[str, Any], body: str, now: datetime) -> StripeEvent | None:
    """Stores it; None when we have it already."""
    row, is_new = StripeEvent.objects.get_or_create(
        stripe_id=event["id"][:255],
        defaults={
            "type": event["type"][:255],
            "customer_stripe_id": _customer_of(event),
            "body": body,
            "created_at": _created(event, now),
            "received_at": now,
            "next_attempt_at": now,
            **_fate(event),
        },
    )
    if is_new:
        tell("webhook.receive", row.customer_stripe_id, now, type=row.type)
        if row.type in PAYMENTS:
            tell(PAYMENTS[row.type], row.customer_stripe_id, now)
    return row if is_new else None


def handle(event_id: int, now: datetime) -> None:
    """Acts on one stored event, unless another process does, it is done or its pause is not over."""
    if not _claim(event_id, now):
        return
    event = StripeEvent.objects.get(pk=event_id)
    customer = Customer.objects.filter(stripe_id=event.customer_stripe_id).first()
    if customer is None:
        # Bound by our own mapping alone; whatever else an event says about whose it is proves nothing.
        return _finish(event, State.IGNORED, now, "No organization here has this customer.")
    try:
        sync(customer, now)
    except Problem as problem:
        return _put_off(event, problem.detail, now)
    except Exception as error:
        _put_off(event, f"{type(error).__name__}: {error}", now)
        raise
    _finish(event, State.HANDLED, now)


def due(now: datetime) -> list[int]:
    """Ids of events nobody has handled yet, oldest first: enqueueing failed, handling failed, or a process died."""
    return list(_claimable(now).order_by("next_attempt_at", "id").values_list("pk", flat=True)[:1000])


def replay(event_id: int, now: datetime) -> None:
    """Handles it once more, whatever became of it before."""
    StripeEvent.objects.filter(pk=event_id).update(state=State.RECEIVED, attempts=0, next_attempt_at=now, note="")
    handle(event_id, now)


def forget(now: datetime) -> None:
    """Old events go, handled or ignored; the failed ones stay for somebody to look at."""
    done = StripeEvent.objects.filter(state__in=[State.HANDLED, State.IGNORED], received_at__lt=now - KEPT)
    done.delete()


def is_handled_type(name: str) -> bool:
    return name in HANDLED_EXACTLY or name.startswith(HANDLED)


def _fate(event: dict[str, Any]) -> dict[str, str]:
    """State and note of a new row: some need no handling."""
    if not is_handled_type(event["type"]):
        return {"state": State.IGNORED, "note": "Nothing we keep depends on this type."}
    if bool(event.get("livemode")) != _is_live():
        return {"state": State.IGNORED, "note": "From the other mode (live or test) than our key."}
    return {"state": State.RECEIVED}


def _is_live() -> bool:
    return settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))


def _customer_of(event: dict[str, Any]) -> str:
    data = event.get("data")
    about = data.get("object") if isinstance(data, dict) else None
    if not isinstance(about, dict):
        return ""
    found = about.get("id") if about.get("object") == "customer" else about.get("customer")
    if isinstance(found, dict):  # opened out
        found = found.get("id")
    return found[:255] if isinstance(found, str) else ""


def _created(event: dict[str, Any], now: datetime) -> datetime:
    seconds = event.get("created")
    is_time = isinstance(seconds, int) and 0 < seconds < 2**33
    return datetime.fromtimestamp(seconds, UTC) if is_time else now  # type: ignore[arg-type]


def _claim(event_id: int, now: datetime) -> bool:
    claimed = (
        _claimable(now)
        .filter(pk=event_id)
        .update(state=State.HANDLING, attempts=F("attempts") + 1, next_attempt_at=now + CLAIMED_FOR)
    )
    return bool(claimed)


def _claimable(now: datetime) -> QuerySet[StripeEvent]:
    # A new one at once: the worker's clock may be behind that of whoever received it.
    its_turn = Q(state=State.RECEIVED) | Q(state__in=[State.HANDLING, State.FAILED], next_attempt_at__lte=now)
    return StripeEvent.objects.filter(its_turn, attempts__lt=MAX_ATTEMPTS)


def _put_off(event: StripeEvent, why: str, now: datetime) -> None:
    pause = PAUSES_MINUTES[min(event.attempts, MAX_ATTEMPTS) - 1]
    StripeEvent.objects.filter(pk=event.pk).update(
        state=State.FAILED, note=why[:1024], next_attempt_at=now + timedelta(minutes=pause)
    )
    log.warning(
        "stripe event failed", stripe_id=event.stripe_id, type=event.type, attempts=event.attempts, why=why[:200]
    )


def _finish(event: StripeEvent, state: StripeEvent.State, now: datetime, note: str = "") -> None:
    StripeEvent.objects.filter(pk=event.pk).update(state=state, handled_at=now, next_attempt_at=None, note=note)
