"""Make our rows say what Stripe says.

    sync(customer) ─► read its whole state under a lock ─► Subscription, Invoice, Customer rows ─► limits

Everything leads here: webhooks of any type, the page one comes back to from paying, the nightly reconcile. It reads
the present and never an event's contents, so events may come twice, late, in any order or not at all.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from billing import entitlements, prices
from billing.models import Customer, Invoice, Subscription
from billing.models.subscription import OWING
from billing.stripe_api import StripeRefused, customers, reading
from billing.stripe_api.reading import CustomerState
from workspaces import audit

MISSING = "resource_missing"


@transaction.atomic
def sync(customer: Customer, now: datetime) -> None:
    """Raises StripeUnreachable, and then nothing has changed."""
    # Two at once would each write what they read, and the older could be the last: one after the other.
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    state, about = _read(customer.stripe_id)
    before = _in_words(customer)
    _write_invoices(customer, state)
    _write_subscriptions(customer, state, now)
    _write_customer(customer, state, about, now)
    _carry_out(customer, before, now)


def _read(stripe_id: str) -> tuple[CustomerState, dict[str, str]]:
    """A customer deleted at Stripe has nothing any more."""
    try:
        return reading.state_of(stripe_id), customers.details(stripe_id)
    except StripeRefused as refusal:
        if refusal.reason != MISSING:
            raise
        return CustomerState([], []), {}


def _write_subscriptions(customer: Customer, state: CustomerState, now: datetime) -> None:
    for each in state.subscriptions:
        Subscription.objects.update_or_create(
            stripe_id=each["id"], defaults={"customer": customer} | _columns(each, state)
        )
    gone = customer.subscriptions.live().exclude(stripe_id__in=[each["id"] for each in state.subscriptions])
    gone.update(status=Subscription.Status.CANCELED, ended_at=now)


def _columns(found: dict[str, Any], state: CustomerState) -> dict[str, Any]:
    items = found["items"]["data"]
    waiting = (found.get("pending_update") or {}).get("subscription_items") or []
    start = min((item["current_period_start"] for item in items), default=found["start_date"])
    end = max((item["current_period_end"] for item in items), default=found["start_date"])
    ends_with_period = end if found["cancel_at_period_end"] else None
    return {
        "status": found["status"],
        "plan": prices.plan_of(items),
        "pending_plan": prices.plan_of(waiting),
        "monthly_cents": prices.monthly_cents(items, found.get("discounts") or []),
        "discount": prices.discount_in_words(found.get("discounts") or []),
        "created_at": _at(found["created"]),
        "period_start": _at(start),
        "period_end": _at(end),
        "trial_ends_at": _at(found.get("trial_end")),
        "cancel_at": _at(found.get("cancel_at") or ends_with_period),
        "ended_at": _at(found.get("ended_at")),
        "metered_since": _at(min((i["created"] for i in items if prices.is_metered(i)), default=None)),
        "owing_since": _at(_owing_since(found, state)),
    }


def _owing_since(found: dict[str, Any], state: CustomerState) -> int | None:
    """When the oldest invoice that Stripe failed to collect was made. From Stripe's state, so any order agrees."""
    if found["status"] not in OWING:
        return None
    for_change = found["latest_invoice"] if found.get("pending_update") else None
    unpaid = [each["created"] for each in state.invoices if _is_unpaid(each, found["id"]) and each["id"] != for_change]
    return min(unpaid, default=found["start_date"])


def _is_unpaid(invoice: dict[str, Any], subscription: str) -> bool:
    return invoice["status"] in ("open", "uncollectible") and _subscription_of(invoice) == subscription


def _write_invoices(customer: Customer, state: CustomerState) -> None:
    for_change = {each.get("latest_invoice") for each in state.subscriptions if each.get("pending_update")}
    for each in state.invoices:
        columns = {
            "customer": customer,
            "subscription_stripe_id": _subscription_of(each),
            "number": each.get("number") or "",
            "status": each["status"],
            "currency": each["currency"],
            "total_cents": each["total"],
            "paid_cents": each["amount_paid"],
            "attempts": each["attempt_count"],
            "is_for_change": each["id"] in for_change,
            "created_at": _at(each["created"]),
            "page_url": each.get("hosted_invoice_url") or "",
            "pdf_url": each.get("invoice_pdf") or "",
        }
        Invoice.objects.update_or_create(stripe_id=each["id"], defaults=columns)


def _subscription_of(invoice: dict[str, Any]) -> str:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    found = details.get("subscription") or ""
    return found if isinstance(found, str) else found["id"]


def _write_customer(customer: Customer, state: CustomerState, about: dict[str, str], now: datetime) -> None:
    trials = [each["trial_start"] for each in state.subscriptions if each.get("trial_start")]
    customer.trial_used_at = _at(min(trials, default=None)) or customer.trial_used_at
    customer.synced_at = now
    customer.deleted_at = None if about else now
    for name, value in about.items():
        setattr(customer, name, value)
    customer.save(update_fields=["trial_used_at", "synced_at", "deleted_at", *about])


def _carry_out(customer: Customer, before: str, now: datetime) -> None:
    if customer.organization is None:
        return
    entitlements.apply(customer.organization, now)
    after = _in_words(customer)
    if after != before:
        audit.record(customer.organization, "Stripe", "billing.subscription", after, now=now)


def _in_words(customer: Customer) -> str:
    found = entitlements.current(customer.organization) if customer.organization else None
    if found is None:
        return "no plan"
    ends = f", ends {found.cancel_at:%Y-%m-%d}" if found.cancel_at else ""
    return f"{found.plan or 'unknown plan'}, {found.status}{ends}"


def _at(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
