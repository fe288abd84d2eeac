"""A subscription becomes another one: items with proration, changes that wait for their payment, the announced end."""

from typing import Any

from billing.tests.fake_stripe import invoices
from billing.tests.fake_stripe.account import Account, Object
from billing.tests.fake_stripe.catalogue import is_metered
from billing.tests.fake_stripe.refusal import Refusal, invalid
from billing.tests.fake_stripe.subscriptions import amount, end, new_item, period, recovered, usage_lines

WAITS_SECONDS = 23 * 3600


def update(account: Account, subscription: Object, params: dict[str, Any]) -> Object:
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    if "items" in params:
        _change_items(account, subscription, params)
    if "cancel_at_period_end" in params:
        _announce_end(account, subscription, params["cancel_at_period_end"] == "true")
    account.tell("customer.subscription.updated", subscription)
    return subscription


def cancel(account: Account, subscription: Object) -> Object:
    if subscription["status"] == "canceled":
        raise Refusal(404, "invalid_request_error", "No such subscription", "resource_missing", "id")
    end(account, subscription)
    return subscription


def settle(account: Account, invoice: Object) -> None:
    """Somebody paid an open invoice: the change that waited for it happens, or the debt is gone."""
    invoices.pay(account, invoice)
    subscription = invoices.subscription_of(account, invoice)
    waiting = subscription.get("pending_update")
    if waiting and subscription["latest_invoice"] == invoice["id"]:
        subscription["pending_update"] = None
        _put(subscription, waiting["subscription_items"])
        account.tell("customer.subscription.pending_update_applied", subscription)
        account.tell("customer.subscription.updated", subscription)
    else:
        recovered(account, subscription)


def expire(account: Account, subscription: Object) -> None:
    """Nobody paid in time: as if it had never been asked for."""
    invoices.void(account, account.rows[subscription["latest_invoice"]])
    subscription["pending_update"] = None
    account.tell("customer.subscription.pending_update_expired", subscription)
    account.tell("customer.subscription.updated", subscription)


def _change_items(account: Account, subscription: Object, params: dict[str, Any]) -> None:
    if subscription.get("pending_update"):
        expire(account, subscription)
    start, finish = period(subscription)
    here = {item["id"]: item for item in subscription["items"]["data"]}
    wanted = [each for each in params["items"] if "id" not in each]
    gone = [here.get(each["id"]) for each in params["items"] if each.get("deleted") == "true"]
    if None in gone:
        raise invalid("No such subscription_item.", "resource_missing", "items[0][id]")
    kept = [item for item in here.values() if item not in gone]
    new = [new_item(account, subscription, each, start, finish) for each in wanted]
    lines = _difference(account, subscription, [item for item in gone if item], new)
    if params.get("proration_behavior") != "always_invoice" or not lines:
        account.pending_items += [{"subscription": subscription["id"], "line": each} for each in lines]
        return _put(subscription, [*kept, *new])
    _invoice_now(account, subscription, lines, [*kept, *new], params)


def _invoice_now(
    account: Account, subscription: Object, lines: list[dict[str, Any]], items: list[Object], params: dict[str, Any]
) -> None:
    invoice = invoices.make(account, subscription, "subscription_update", lines)
    invoices.finalize(account, invoice)
    subscription["latest_invoice"] = invoice["id"]
    if invoices.collect(account, invoice):
        return _put(subscription, items)
    assert params.get("payment_behavior") == "pending_if_incomplete", "billing asks for nothing else"
    invoice["next_payment_attempt"] = None
    subscription["pending_update"] = {"expires_at": account.now + WAITS_SECONDS, "subscription_items": items}


def _difference(account: Account, subscription: Object, gone: list[Object], new: list[Object]) -> list[dict[str, Any]]:
    """Unused time back, the new price for the rest, usage until now. A trial has nothing to settle."""
    if subscription["status"] == "trialing":
        return []
    start, finish = period(subscription)
    share = (finish - account.now) / (finish - start)
    rest = (account.now, finish)
    back = [invoices.line(-round(amount(item) * share), "Unused time", rest) for item in gone if not is_metered(item)]
    more = [invoices.line(round(amount(item) * share), "Remaining time", rest) for item in new if not is_metered(item)]
    used = usage_lines(account, subscription, (start, account.now)) if any(map(is_metered, gone)) else []
    return [*back, *used, *more]


def _put(subscription: Object, items: list[Object]) -> None:
    subscription["items"]["data"] = items


def _announce_end(account: Account, subscription: Object, ends: bool) -> None:
    subscription["cancel_at_period_end"] = ends
    subscription["cancel_at"] = period(subscription)[1] if ends else None
    subscription["canceled_at"] = account.now if ends else None
