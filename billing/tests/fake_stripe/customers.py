"""Customers, their cards and tax ids, and the portal."""

from typing import Any

from billing.tests.fake_stripe.account import Account, Object

# By the last four digits, as Stripe's own test cards.
GOOD, DECLINED, ASKS = "4242", "0341", "3184"  # ASKS: every payment wants the holder's confirmation (3-D Secure)


def create(account: Account, params: dict[str, Any]) -> Object:
    row = account.add(
        "cus",
        "customer",
        balance=0,
        email=params.get("email"),
        name=params.get("name"),
        metadata=params.get("metadata", {}),
        invoice_settings={},
        tax_exempt="none",
    )
    account.tell("customer.created", row)
    return row


def add_card(account: Account, customer: str, last4: str) -> Object:
    """The card that is used from now on."""
    owner = account.get(customer, "customer")
    card = {
        "brand": "visa",
        "country": "US",
        "exp_month": 4,
        "exp_year": 2030,
        "funding": "credit",
        "last4": last4,
    }
    row = account.add("pm", "payment_method", type="card", card=card, billing_details={}, customer=customer)
    owner["invoice_settings"] = {"default_payment_method": row["id"]}
    account.tell("payment_method.attached", row)
    account.tell("customer.updated", owner)
    return row


def card_of(account: Account, customer: str) -> str:
    """Its last four digits; empty without a card."""
    settings = account.get(customer, "customer")["invoice_settings"]
    method = settings.get("default_payment_method")
    return str(account.rows[method]["card"]["last4"]) if method else ""


def add_tax_id(account: Account, customer: str, value: str) -> Object:
    row = account.add("txi", "tax_id", customer=customer, country="DE", type="eu_vat", value=value)
    account.tell("customer.tax_id.created", row)
    return row


def create_portal(account: Account, params: dict[str, Any]) -> Object:
    customer = account.get(params["customer"], "customer")["id"]
    row = account.add(
        "bps",
        "billing_portal.session",
        configuration="bpc_1",
        customer=customer,
        return_url=params.get("return_url"),
        url="",
    )
    row["url"] = f"{account.url}/p/session/{row['id']}"
    return row


def delete(account: Account, customer: str) -> None:
    """As from Stripe's dashboard: what it subscribed to ends, and nothing can be asked about it any more."""
    row = account.get(customer, "customer")
    for each in account.all("subscription", customer=customer):
        each["status"] = "canceled"
    del account.rows[customer]
    account.tell("customer.deleted", row)
