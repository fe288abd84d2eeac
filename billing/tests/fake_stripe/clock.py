"""Time passes: whatever falls due happens at its moment, in order."""

from collections.abc import Callable, Iterator
from datetime import datetime

from billing.tests.fake_stripe import changes, checkout, invoices, subscriptions
from billing.tests.fake_stripe.account import Account, Object

DAY = 24 * 3600
RUNNING = ("active", "trialing", "past_due", "unpaid")
Step = tuple[int, Callable[[], None]]


def advance(account: Account, to: datetime) -> None:
    end = int(to.timestamp())
    with account.lock:
        while due := min((step for step in _steps(account) if step[0] <= end), key=lambda step: step[0], default=None):
            account.now = max(account.now, due[0])
            due[1]()
        account.now = end


def _steps(account: Account) -> Iterator[Step]:
    for row in list(account.rows.values()):
        kind = row["object"]
        if kind == "subscription" and row["status"] in RUNNING:
            yield from _of_subscription(account, row)
        elif kind == "invoice" and row["status"] == "draft":
            yield row["automatically_finalizes_at"], lambda row=row: _finalize(account, row)
        elif kind == "invoice" and row["status"] == "open" and row.get("next_payment_attempt"):
            yield row["next_payment_attempt"], lambda row=row: _collect(account, row)
        elif kind == "checkout.session" and row["status"] == "open":
            yield row["expires_at"], lambda row=row: checkout.expire(account, row)


def _of_subscription(account: Account, row: Object) -> Iterator[Step]:
    yield subscriptions.period(row)[1], lambda: _renew(account, row)
    if row.get("pending_update"):
        yield row["pending_update"]["expires_at"], lambda: changes.expire(account, row)
    if row["status"] == "trialing" and account.now < row["trial_end"] - 3 * DAY:
        yield row["trial_end"] - 3 * DAY, lambda: account.tell("customer.subscription.trial_will_end", row)


def _renew(account: Account, subscription: Object) -> None:
    start, end = subscriptions.period(subscription)
    if subscription["cancel_at_period_end"]:
        return subscriptions.end(account, subscription)
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    following = subscriptions.next_end(subscription["billing_cycle_anchor"], end)
    subscriptions.move_period(subscription, end, following)
    lines = subscriptions.licensed_lines(subscription, (end, following))
    invoice = invoices.make(account, subscription, "subscription_cycle", lines)
    invoice["period_start"], invoice["period_end"] = start, end
    invoice["automatically_finalizes_at"] = account.now + subscriptions.DRAFT_SECONDS
    if not subscription.get("pending_update"):
        subscription["latest_invoice"] = invoice["id"]
    account.tell("customer.subscription.updated", subscription)


def _finalize(account: Account, invoice: Object) -> None:
    """An hour after the period: usage that was reported until now still counts in it."""
    subscription = invoices.subscription_of(account, invoice)
    span = (invoice["period_start"], invoice["period_end"])
    for line in subscriptions.usage_lines(account, subscription, span):
        invoices.add_line(account, invoice, line)
    invoices.finalize(account, invoice)
    _collect(account, invoice)


def _collect(account: Account, invoice: Object) -> None:
    subscription = invoices.subscription_of(account, invoice)
    if invoices.collect(account, invoice):
        return subscriptions.recovered(account, subscription)
    subscriptions.failed(account, subscription)
    if invoice["next_payment_attempt"] is None and subscription["status"] in RUNNING:
        if account.after_retries == "cancel":
            return subscriptions.end(account, subscription)
        subscription["status"] = account.after_retries
        account.tell("customer.subscription.updated", subscription)
