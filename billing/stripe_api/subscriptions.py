"""Begin, change and end a subscription at Stripe."""

from typing import Any

from billing.plans import Plan
from billing.stripe_api.catalogue import price_id
from billing.stripe_api.client import calling, plain


def checkout_url(customer: str, plan: Plan, *, trial_days: int, return_url: str, cancel_url: str) -> str:
    """Stripe's page where `plan` is bought. Earlier pages of this customer close: two tabs cannot buy twice."""
    # Usage has no quantity; everything else is bought once.
    item: Any = {"price": price_id(plan)} | ({} if plan.is_metered else {"quantity": 1})
    subscription: Any = {"metadata": {"metricpal_plan": plan.name}}
    if trial_days:
        subscription["trial_period_days"] = trial_days
    with calling() as stripe:
        for session in stripe.v1.checkout.sessions.list({"customer": customer, "status": "open", "limit": 100}).data:
            stripe.v1.checkout.sessions.expire(session.id)
        made = stripe.v1.checkout.sessions.create(
            {
                "mode": "subscription",
                "customer": customer,
                "line_items": [item],
                "subscription_data": subscription,
                "allow_promotion_codes": True,
                "tax_id_collection": {"enabled": True},
                # Stripe wants leave to write the company's name and address that a tax id needs.
                "customer_update": {"name": "auto", "address": "auto"},
                "success_url": return_url,
                "cancel_url": cancel_url,
            }
        )
    return str(made.url)


def change(subscription: dict[str, Any], plan: Plan, *, is_upgrade: bool, key: str) -> dict[str, Any]:
    """Another plan, at once. The difference is charged now for an upgrade, credited on the next invoice otherwise.

    An upgrade waits (`pending_update`) until its invoice is paid: a declined card or an open 3-D Secure question
    leaves the old plan as it is. Returns the subscription with `latest_invoice` opened out.
    """
    old = [{"id": item["id"], "deleted": True} for item in subscription["items"]["data"]]
    new: dict[str, Any] = {"price": price_id(plan)} | ({} if plan.is_metered else {"quantity": 1})
    behaviour = (
        {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete"}
        if is_upgrade
        else {"proration_behavior": "create_prorations"}
    )
    params: Any = {"items": [*old, new], "expand": ["latest_invoice"], **behaviour}
    with calling() as stripe:
        return plain(stripe.v1.subscriptions.update(subscription["id"], params, {"idempotency_key": key}))


def set_ending(subscription: str, *, ends: bool) -> None:
    """Ends with the paid period, or goes on after all."""
    with calling() as stripe:
        stripe.v1.subscriptions.update(subscription, {"cancel_at_period_end": ends})


def end_now(subscription: str) -> None:
    """For an organization that is gone: used time is invoiced, unused time credited."""
    with calling() as stripe:
        stripe.v1.subscriptions.cancel(subscription, {"invoice_now": True, "prorate": True})
