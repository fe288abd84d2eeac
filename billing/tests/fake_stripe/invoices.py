"""Invoices: lines, discounts, credit, collection, and what a payment or its failure means for the subscription."""

from typing import Any

from billing.tests.fake_stripe import customers
from billing.tests.fake_stripe.account import Account, Object, listed

RETRY_DAYS = (3, 5, 7)
DAY = 24 * 3600


def line(amount: int, text: str, period: tuple[int, int], quantity: int | None = 1) -> dict[str, Any]:
    return {"amount": amount, "description": text, "period": period, "quantity": quantity}


def make(account: Account, subscription: Object, reason: str, lines: list[dict[str, Any]]) -> Object:
    """A draft. Prorations that wait go onto it."""
    customer = account.get(subscription["customer"], "customer")
    waiting = [each for each in account.pending_items if each["subscription"] == subscription["id"]]
    account.pending_items = [each for each in account.pending_items if each not in waiting]
    invoice = account.add(
        "in",
        "invoice",
        amount_overpaid=0,
        amount_shipping=0,
        attempt_count=0,
        attempted=False,
        automatic_tax={"enabled": False},
        billing_reason=reason,
        collection_method="charge_automatically",
        currency="usd",
        customer=customer["id"],
        customer_email=customer["email"],
        default_tax_rates=[],
        discounts=list(subscription["discounts"]),
        issuer={"type": "self"},
        parent={"type": "subscription_details", "subscription_details": {"subscription": subscription["id"]}},
        payment_settings={},
        period_start=account.now,
        period_end=account.now,
        post_payment_credit_notes_amount=0,
        pre_payment_credit_notes_amount=0,
        starting_balance=0,
        status="draft",
        status_transitions={},
        amount_paid=0,
    )
    _set_lines(account, invoice, [*(each["line"] for each in waiting), *lines])
    account.tell("invoice.created", invoice)
    return invoice


def _set_lines(account: Account, invoice: Object, lines: list[dict[str, Any]]) -> None:
    rows = [
        {
            "id": f"il_{invoice['id']}_{number}",
            "object": "line_item",
            "amount": each["amount"],
            "currency": "usd",
            "description": each["description"],
            "discountable": True,
            "discounts": [],
            "livemode": False,
            "metadata": {},
            "period": {"start": each["period"][0], "end": each["period"][1]},
            "quantity": each["quantity"],
            "subtotal": each["amount"],
        }
        for number, each in enumerate(lines)
    ]
    invoice["lines"] = listed(rows, f"/v1/invoices/{invoice['id']}/lines")
    invoice["subtotal"] = sum(row["amount"] for row in rows)
    invoice["total"] = round(invoice["subtotal"] * (1 - _percent_off(account, invoice) / 100))
    _set_due(invoice, max(0, invoice["total"]))


def _percent_off(account: Account, invoice: Object) -> float:
    coupons = [account.rows[account.rows[each]["source"]["coupon"]] for each in invoice["discounts"]]
    return float(sum(coupon["percent_off"] for coupon in coupons)) if invoice["subtotal"] > 0 else 0


def add_line(account: Account, invoice: Object, new: dict[str, Any]) -> None:
    """To a draft."""
    old = [
        line(row["amount"], row["description"], (row["period"]["start"], row["period"]["end"]), row["quantity"])
        for row in invoice["lines"]["data"]
    ]
    _set_lines(account, invoice, [*old, new])


def finalize(account: Account, invoice: Object) -> None:
    """From now on it is owed; credit of the customer pays first."""
    customer = account.get(invoice["customer"], "customer")
    credit = -customer["balance"]
    used = min(credit, max(0, invoice["total"]))
    customer["balance"] += used
    if invoice["total"] < 0:
        customer["balance"] += invoice["total"]
    invoice["starting_balance"] = -credit
    _set_due(invoice, max(0, invoice["total"] - used))
    invoice |= {
        "status": "open",
        "number": f"MP-{len(account.all('invoice')):04d}",
        "effective_at": account.now,
        "hosted_invoice_url": f"{account.url}/i/{invoice['id']}",
        "invoice_pdf": f"{account.url}/i/{invoice['id']}/pdf",
        "status_transitions": {"finalized_at": account.now},
    }
    account.tell("invoice.finalized", invoice)


def collect(account: Account, invoice: Object) -> bool:
    """Tries to take the money. What follows for the subscription is for the caller."""
    if invoice["amount_due"] == 0:
        return pay(account, invoice)
    invoice["attempted"], invoice["attempt_count"] = True, invoice["attempt_count"] + 1
    card = customers.card_of(account, invoice["customer"])
    if card == customers.GOOD:
        return pay(account, invoice)
    retries = invoice["attempt_count"]
    invoice["next_payment_attempt"] = (
        account.now + RETRY_DAYS[retries - 1] * DAY if retries <= len(RETRY_DAYS) else None
    )
    account.tell("invoice.payment_action_required" if card == customers.ASKS else "invoice.payment_failed", invoice)
    account.tell("invoice.updated", invoice)
    return False


def pay(account: Account, invoice: Object) -> bool:
    invoice["status"] = "paid"
    invoice["amount_paid"], invoice["amount_remaining"] = invoice["amount_due"], 0
    invoice["next_payment_attempt"] = None
    invoice["status_transitions"] = invoice["status_transitions"] | {"paid_at": account.now}
    account.tell("invoice.paid", invoice)
    account.tell("invoice.payment_succeeded", invoice)
    return True


def void(account: Account, invoice: Object) -> None:
    invoice["status"] = "void"
    account.tell("invoice.voided", invoice)


def subscription_of(account: Account, invoice: Object) -> Object:
    return account.rows[invoice["parent"]["subscription_details"]["subscription"]]


def _set_due(invoice: Object, due: int) -> None:
    invoice["amount_due"], invoice["amount_remaining"] = due, due
