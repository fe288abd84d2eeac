"""Checkout: a page where a plan is bought."""

from typing import Any

from billing.tests.fake_stripe import customers, invoices, subscriptions
from billing.tests.fake_stripe.account import Account, Object
from billing.tests.fake_stripe.refusal import declined, invalid

DAY = 24 * 3600


def create(account: Account, params: dict[str, Any]) -> Object:
    for each in params["line_items"]:
        price = account.get(each["price"], "price")
        if (price["recurring"]["usage_type"] == "metered") == ("quantity" in each):
            raise invalid("A metered price takes no quantity, every other one needs it.", "", "line_items[0][quantity]")
    if params.get("tax_id_collection") and params.get("customer_update", {}).get("name") != "auto":
        raise invalid("Tax ID collection requires updating business name on the customer.", "", "tax_id_collection")
    wanted = params.get("subscription_data", {})
    session = account.add(
        "cs",
        "checkout.session",
        automatic_tax={"enabled": False},
        cancel_url=params.get("cancel_url"),
        custom_fields=[],
        custom_text={},
        customer=account.get(params["customer"], "customer")["id"],
        expires_at=account.now + DAY,
        metadata={"wanted": params["line_items"][0]["price"], "trial_days": wanted.get("trial_period_days", "0")},
        mode=params["mode"],
        payment_method_types=["card"],
        payment_status="unpaid",
        shipping_options=[],
        status="open",
        success_url=params["success_url"],
        url="",
    )
    session["url"] = f"{account.url}/c/pay/{session['id']}"
    return session


def expire(account: Account, session: Object) -> Object:
    if session["status"] != "open":
        raise invalid(f"Only open sessions can be expired; this one is {session['status']}.")
    session |= {"status": "expired", "url": None}
    account.tell("checkout.session.expired", session)
    return session


def complete(account: Account, session_id: str, last4: str = customers.GOOD, coupon: Object | None = None) -> Object:
    """The customer fills in the card and pays, confirming it where the bank asks. Raises Refusal when it declines."""
    session = account.get(session_id, "checkout.session")
    if session["status"] != "open":
        raise invalid("This page has expired.")
    trial_days = int(session["metadata"]["trial_days"])
    if last4 == customers.DECLINED and not trial_days:
        raise declined()
    customers.add_card(account, session["customer"], last4)
    price = session["metadata"]["wanted"]
    discounts = [_discount(account, session["customer"], coupon)["id"]] if coupon else []
    subscription = subscriptions.begin(
        account, session["customer"], [{"price": price}], trial_days=trial_days, discounts=discounts
    )
    _first_invoice(account, subscription)
    session |= {
        "status": "complete",
        "subscription": subscription["id"],
        "invoice": subscription["latest_invoice"],
        "payment_status": "no_payment_required" if trial_days else "paid",
        "url": None,
    }
    account.tell("customer.subscription.created", subscription)
    account.tell("checkout.session.completed", session)
    return subscription


def _first_invoice(account: Account, subscription: Object) -> None:
    span = subscriptions.period(subscription)
    lines = [] if subscription["status"] == "trialing" else subscriptions.licensed_lines(subscription, span)
    invoice = invoices.make(account, subscription, "subscription_create", lines)
    subscription["latest_invoice"] = invoice["id"]
    invoices.finalize(account, invoice)
    invoices.pay(account, invoice)


def _discount(account: Account, customer: str, coupon: Object) -> Object:
    row = account.add(
        "di",
        "discount",
        customer=customer,
        source={"type": "coupon", "coupon": coupon["id"]},
        start=account.now,
    )
    del row["created"], row["livemode"]
    return row
