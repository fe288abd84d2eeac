"""Subscriptions: their items and periods, from the first payment to the end."""

import calendar
from datetime import UTC, datetime
from typing import Any

from billing.tests.fake_stripe import invoices, usage
from billing.tests.fake_stripe.account import Account, Object, listed
from billing.tests.fake_stripe.catalogue import cost, is_metered

DAY = 24 * 3600
DRAFT_SECONDS = 3600  # so long an invoice of a renewal waits for late usage


def begin(
    account: Account, customer: str, prices: list[dict[str, Any]], *, trial_days: int, discounts: list[str]
) -> Object:
    """Active, or on trial. The first invoice is paid on the spot, or the caller has not called."""
    trial_end = account.now + trial_days * DAY if trial_days else None
    row = account.add(
        "sub",
        "subscription",
        automatic_tax={"enabled": False},
        billing_cycle_anchor=trial_end or account.now,
        billing_mode={"type": "flexible"},
        billing_schedules=[],
        cancel_at_period_end=False,
        collection_method="charge_automatically",
        currency="usd",
        customer=customer,
        discounts=discounts,
        invoice_settings={"issuer": {"type": "self"}},
        metadata={},
        start_date=account.now,
        status="trialing" if trial_end else "active",
        trial_start=account.now if trial_end else None,
        trial_end=trial_end,
    )
    end = trial_end or next_end(row["billing_cycle_anchor"], account.now)
    row["items"] = listed([new_item(account, row, price, account.now, end) for price in prices], "/v1/items")
    return row


def new_item(account: Account, subscription: Object, wanted: dict[str, Any], start: int, end: int) -> Object:
    price = account.get(wanted["price"], "price")
    return account.add(
        "si",
        "subscription_item",
        current_period_start=start,
        current_period_end=end,
        discounts=[],
        metadata={},
        plan=_old_plan(price),
        price=price,
        quantity=None if price["recurring"]["usage_type"] == "metered" else int(wanted.get("quantity", 1)),
        subscription=subscription["id"],
    )


def period(subscription: Object) -> tuple[int, int]:
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def licensed_lines(subscription: Object, span: tuple[int, int]) -> list[dict[str, Any]]:
    """What is paid in advance."""
    items = [item for item in subscription["items"]["data"] if not is_metered(item)]
    return [
        invoices.line(amount(item), item["price"]["lookup_key"] or "plan", span, item["quantity"]) for item in items
    ]


def usage_lines(account: Account, subscription: Object, span: tuple[int, int]) -> list[dict[str, Any]]:
    """What is paid afterwards."""
    found = []
    for item in subscription["items"]["data"]:
        if is_metered(item):
            used = usage.counted(account, subscription["customer"], max(span[0], item["created"]), span[1])
            found.append(invoices.line(cost(item["price"], used), f"{used} events", span, used))
    return found


def amount(item: Object) -> int:
    return int(item["price"]["unit_amount"] * item["quantity"])


def move_period(subscription: Object, start: int, end: int) -> None:
    for item in subscription["items"]["data"]:
        item["current_period_start"], item["current_period_end"] = start, end


def next_end(anchor: int, after: int) -> int:
    """The first monthly anniversary of the anchor past `after`; the 31st is the last day of shorter months."""
    first = datetime.fromtimestamp(anchor, UTC)
    for months in range(1, 1200):
        years, month = divmod(first.month - 1 + months, 12)
        last = calendar.monthrange(first.year + years, month + 1)[1]
        moment = first.replace(year=first.year + years, month=month + 1, day=min(first.day, last))
        if moment.timestamp() > after:
            return int(moment.timestamp())
    raise AssertionError("a hundred years")


def failed(account: Account, subscription: Object) -> None:
    """A payment for the running subscription did not come."""
    if subscription["status"] in ("active", "trialing"):
        subscription["status"] = "past_due"
        account.tell("customer.subscription.updated", subscription)


def recovered(account: Account, subscription: Object) -> None:
    """Nothing is owed any more."""
    if subscription["status"] in ("past_due", "unpaid") and not owed(account, subscription):
        subscription["status"] = "active"
        account.tell("customer.subscription.updated", subscription)


def owed(account: Account, subscription: Object) -> list[Object]:
    """Its open invoices, without the one that a waiting change is to be paid by."""
    waiting = subscription["latest_invoice"] if subscription.get("pending_update") else None
    mine = [each for each in account.all("invoice", status="open") if each["id"] != waiting]
    return [each for each in mine if invoices.subscription_of(account, each) is subscription]


def end(account: Account, subscription: Object) -> None:
    """Over, at this moment: usage until now is invoiced."""
    lines = usage_lines(account, subscription, (period(subscription)[0], account.now))
    for invoice in owed(account, subscription):
        invoice["next_payment_attempt"] = None  # Stripe stops asking
    subscription |= {"status": "canceled", "ended_at": account.now, "pending_update": None}
    subscription["canceled_at"] = subscription.get("canceled_at") or account.now
    if any(each["amount"] for each in lines):
        invoice = invoices.make(account, subscription, "subscription_cycle", lines)
        invoices.finalize(account, invoice)
        invoices.collect(account, invoice)
    account.tell("customer.subscription.deleted", subscription)


def _old_plan(price: Object) -> Object:
    """Stripe still repeats each price under its former name."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": True,
        "amount": price["unit_amount"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "meter": recurring["meter"],
        "metadata": price["metadata"],
        "product": price["product"],
        "usage_type": recurring["usage_type"],
    }
