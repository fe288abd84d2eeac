"""Who pays, and the portal where they change card, address and tax id."""

from typing import Any

from billing.stripe_api.client import calling, plain
from config.lib import crypto


def create(organization_uid: str, name: str, email: str, *, instead_of: str = "") -> str:
    """Stripe's id: the same one when asked again because an answer was lost, a new one `instead_of` a deleted one."""
    params: Any = {"name": name, "email": email, "metadata": {"metricpal_organization": organization_uid}}
    key = f"metricpal-customer-{crypto.digest(repr([params, instead_of]))}"
    with calling() as stripe:
        return stripe.v1.customers.create(params, {"idempotency_key": key}).id


def portal_url(customer: str, return_url: str) -> str:
    """Works for some minutes, for whoever has it."""
    with calling() as stripe:
        return stripe.v1.billing_portal.sessions.create({"customer": customer, "return_url": return_url}).url


def details(customer: str) -> dict[str, str]:
    """`billing_email`, `payment_method` and `tax_ids`, in words for people; nothing of a deleted customer."""
    with calling() as stripe:
        found = plain(
            stripe.v1.customers.retrieve(customer, {"expand": ["invoice_settings.default_payment_method", "tax_ids"]})
        )
    if found.get("deleted"):
        return {}
    method = (found.get("invoice_settings") or {}).get("default_payment_method")
    ids = (found.get("tax_ids") or {}).get("data", [])
    return {
        "billing_email": found.get("email") or "",
        "payment_method": _in_words(method or _newest_method(customer)),
        "tax_ids": ", ".join(each["value"] for each in ids)[:512],
    }


def _newest_method(customer: str) -> dict[str, object] | None:
    """Checkout gives the card to the subscription, not to the customer as a default."""
    with calling() as stripe:
        found = stripe.v1.customers.payment_methods.list(customer, {"limit": 1}).data
    return plain(found[0]) if found else None


def _in_words(method: dict[str, object] | None) -> str:
    if not method:
        return ""
    card = method.get("card")
    if isinstance(card, dict):
        return f"{str(card['brand']).title()} ending in {card['last4']}, {card['exp_month']:02}/{card['exp_year']}"
    return str(method.get("type", "")).replace("_", " ")
