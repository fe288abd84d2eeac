"""What an Owner may do about the plan: start, change, cancel, resume, pay, and open Stripe's portal.

Which price a plan has stands in our table and in Stripe, never in a request. Whoever comes back from Stripe's pages
has bought nothing by that: the page asks Stripe.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from billing import entitlements, metering, plans, prices
from billing.models import Customer, Invoice, Subscription
from billing.models.subscription import GOOD
from billing.plans import PLANS, Plan
from billing.stripe_api import customers, reading
from billing.stripe_api import subscriptions as stripe_subscriptions
from billing.subscriptions import sync
from config.lib import crypto
from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Organization


def choose(
    organization: Organization, name: str, *, actor: Any, now: datetime, return_url: str, email: str
) -> str | None:
    """Go to a plan, from none or another. Returns the address of Stripe's page where that is paid, or None: it is done.

    Raises Problem: no such plan, already on it, what is owed comes first, Stripe refused or is away.
    """
    plan = PLANS.get(name)
    if plan is None:
        raise Problem(422, "unknown_plan", f"There is no plan “{name}”. Choose one of: {', '.join(PLANS)}.")
    customer = customer_of(organization, email=email, now=now)
    sync(customer, now)
    customer = customer_of(organization, email=email, now=now)  # another one, if that was deleted at Stripe
    _settle_usage(organization, now)
    with transaction.atomic():
        # A second click waits here, and then finds the first one's work done.
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        present = entitlements.current(organization)
        url = _change(present, plan) if present else _checkout(locked, plan, return_url)
        audit.record(organization, actor, "billing.choose", plan.name, now=now)
    if present is not None:
        sync(customer, now)
    return url


def cancel(organization: Organization, *, actor: Any, now: datetime) -> Subscription:
    """Ends with the period that is paid for."""
    return _set_ending(organization, ends=True, actor=actor, now=now)


def resume(organization: Organization, *, actor: Any, now: datetime) -> Subscription:
    return _set_ending(organization, ends=False, actor=actor, now=now)


def portal_url(organization: Organization, *, now: datetime, return_url: str, email: str) -> str:
    """Stripe's page for card, address, tax id and invoices."""
    return customers.portal_url(customer_of(organization, email=email, now=now).stripe_id, return_url)


def customer_of(organization: Organization, *, email: str, now: datetime) -> Customer:
    """The organization at Stripe, made when it is first needed."""
    found = Customer.objects.filter(organization=organization).first()
    if found and found.deleted_at is None:
        return found
    about = (str(organization.uid), organization.name, email)
    if found is None:
        defaults = {"stripe_id": customers.create(*about), "name": organization.name, "created_at": now}
        return Customer.objects.get_or_create(organization=organization, defaults=defaults)[0]
    found.stripe_id, found.deleted_at = customers.create(*about, instead_of=found.stripe_id), None
    found.save(update_fields=["stripe_id", "deleted_at"])
    return found


def unpaid_invoice(subscription: Subscription) -> Invoice | None:
    """The invoice whose payment everything waits for, the one of a change first."""
    unpaid = subscription.customer.invoices.filter(
        status=Invoice.Status.OPEN, subscription_stripe_id=subscription.stripe_id
    )
    return unpaid.order_by("-is_for_change", "created_at").first()


def _settle_usage(organization: Organization, now: datetime) -> None:
    """Before a metered plan is left. In no transaction: what Stripe was told must not be forgotten by a rollback."""
    present = entitlements.current(organization)
    if present and present.metered_since:
        metering.settle(present, now)


def _checkout(customer: Customer, plan: Plan, return_url: str) -> str:
    trial_days = 0 if customer.trial_used_at else settings.BILLING_TRIAL_DAYS
    return stripe_subscriptions.checkout_url(
        customer.stripe_id, plan, trial_days=trial_days, return_url=return_url, cancel_url=return_url
    )


def _change(present: Subscription, plan: Plan) -> str | None:
    # What the row says may be a moment old: the first of two clicks has perhaps just changed it.
    found = reading.subscription(present.stripe_id)
    on_it = {plans.of_price(item["price"]) for item in found["items"]["data"]}
    if plan.name in on_it:
        raise Problem(409, "already_on_plan", f"You are on {plan.label} already.")
    if found["status"] not in GOOD:
        raise Problem(409, "payment_due", "Pay the open invoice first; then the plan can be changed.")
    waiting = (found.get("pending_update") or {}).get("subscription_items") or []
    if prices.plan_of(waiting) == plan.name:  # asked for already: what is missing is the payment
        return str(found["latest_invoice"]["hosted_invoice_url"])
    # The newest invoice is another one after every attempt: the same wish about the same state is the same request.
    about = [plan.name, (found["latest_invoice"] or {}).get("id"), *(item["id"] for item in found["items"]["data"])]
    key = f"metricpal-change-{crypto.digest(repr(about))}"
    changed = stripe_subscriptions.change(found, plan, is_upgrade=plans.is_upgrade(present.plan, plan.name), key=key)
    return str(changed["latest_invoice"]["hosted_invoice_url"]) if changed.get("pending_update") else None


def _set_ending(organization: Organization, *, ends: bool, actor: Any, now: datetime) -> Subscription:
    present = entitlements.current(organization)
    if present is None:
        raise Problem(409, "no_plan", "There is no plan to end. Choose one first.")
    stripe_subscriptions.set_ending(present.stripe_id, ends=ends)
    audit.record(organization, actor, "billing.cancel" if ends else "billing.resume", present.plan, now=now)
    sync(present.customer, now)
    present.refresh_from_db()
    return present
