"""Method and path → what the stand-in does, and the SDK's class of the parameters it takes."""

import re
from collections.abc import Callable
from typing import Any

from billing.tests.fake_stripe import catalogue, changes, checkout, customers, usage
from billing.tests.fake_stripe.account import Account, Object, listed
from billing.tests.fake_stripe.refusal import Refusal
from billing.tests.fake_stripe.shapes import check_params

Route = Callable[[Account, dict[str, Any], str], Any]


def _list(kind: str, *filters: str) -> Route:
    """A page of a list: `starting_after`, `limit`, and fields that must be equal."""

    def route(account: Account, params: dict[str, Any], owner: str) -> Object:
        wanted = {name: params[name] for name in filters if name in params and params[name] != "all"}
        rows = account.all(kind, **wanted)
        if "status" in filters and "status" not in params and kind == "subscription":
            rows = [row for row in rows if row["status"] != "canceled"]
        if "lookup_keys" in params:
            rows = [row for row in rows if row.get("lookup_key") in params["lookup_keys"]]
        after = [row["id"] for row in rows].index(params["starting_after"]) + 1 if "starting_after" in params else 0
        limit = int(params.get("limit", 10))
        opened = [path.removeprefix("data.") for path in params.get("expand", [])]
        page = [account.shown(row, opened) for row in rows[after : after + limit]]
        return listed(page, "/v1/list", has_more=len(rows) > after + limit)

    return route


def _one(kind: str) -> Route:
    def route(account: Account, params: dict[str, Any], stripe_id: str) -> Object:
        return account.shown(account.get(stripe_id, kind), params.get("expand"))

    return route


def _create(make: Callable[[Account, dict[str, Any]], Object]) -> Route:
    def route(account: Account, params: dict[str, Any], _: str) -> Object:
        return account.shown(make(account, params), params.get("expand"))

    return route


def _update_subscription(account: Account, params: dict[str, Any], stripe_id: str) -> Object:
    changed = changes.update(account, account.get(stripe_id, "subscription"), params)
    return account.shown(changed, params.get("expand"))


def _cancel_subscription(account: Account, params: dict[str, Any], stripe_id: str) -> Object:
    return account.shown(changes.cancel(account, account.get(stripe_id, "subscription")))


def _expire_session(account: Account, params: dict[str, Any], stripe_id: str) -> Object:
    return account.shown(checkout.expire(account, account.get(stripe_id, "checkout.session")))


def _customer_invoices(account: Account, params: dict[str, Any], _: str) -> Object:
    account.get(params["customer"], "customer")
    return _list("invoice", "customer")(account, params, "")


def _customer_subscriptions(account: Account, params: dict[str, Any], _: str) -> Object:
    account.get(params["customer"], "customer")
    return _list("subscription", "customer", "status")(account, params, "")


def _cards(account: Account, params: dict[str, Any], customer: str) -> Object:
    return _list("payment_method", "customer")(account, params | {"customer": customer}, "")


def _summaries(account: Account, params: dict[str, Any], meter: str) -> Object:
    return listed(usage.summaries(account, meter, params), "/v1/summaries")


# (method, path, SDK's parameters, what it does); the group in the path is handed on.
ROUTES: list[tuple[str, str, str, Route]] = [
    ("POST", "/v1/customers", "CustomerCreateParams", _create(customers.create)),
    ("GET", "/v1/customers/([^/]+)", "CustomerRetrieveParams", _one("customer")),
    ("GET", "/v1/customers/([^/]+)/payment_methods", "CustomerPaymentMethodListParams", _cards),
    ("POST", "/v1/billing_portal/sessions", "billing_portal.SessionCreateParams", _create(customers.create_portal)),
    ("POST", "/v1/products", "ProductCreateParams", _create(catalogue.create_product)),
    ("POST", "/v1/prices", "PriceCreateParams", _create(catalogue.create_price)),
    ("GET", "/v1/prices", "PriceListParams", _list("price")),
    ("POST", "/v1/billing/meters", "billing.MeterCreateParams", _create(catalogue.create_meter)),
    ("GET", "/v1/billing/meters", "billing.MeterListParams", _list("billing.meter", "status")),
    ("GET", "/v1/billing/meters/([^/]+)/event_summaries", "billing.MeterListEventSummariesParams", _summaries),
    ("POST", "/v1/billing/meter_events", "billing.MeterEventCreateParams", _create(usage.report)),
    ("POST", "/v1/checkout/sessions", "checkout.SessionCreateParams", _create(checkout.create)),
    ("GET", "/v1/checkout/sessions", "checkout.SessionListParams", _list("checkout.session", "customer", "status")),
    ("POST", "/v1/checkout/sessions/([^/]+)/expire", "checkout.SessionExpireParams", _expire_session),
    ("GET", "/v1/subscriptions", "SubscriptionListParams", _customer_subscriptions),
    ("GET", "/v1/subscriptions/([^/]+)", "SubscriptionRetrieveParams", _one("subscription")),
    ("POST", "/v1/subscriptions/([^/]+)", "SubscriptionUpdateParams", _update_subscription),
    ("DELETE", "/v1/subscriptions/([^/]+)", "SubscriptionCancelParams", _cancel_subscription),
    ("GET", "/v1/invoices", "InvoiceListParams", _customer_invoices),
]


def answer(account: Account, method: str, path: str, params: dict[str, Any]) -> Object:
    """Raises Refusal."""
    for wanted, pattern, shape, route in ROUTES:
        found = re.fullmatch(pattern, path)
        if wanted == method and found:
            check_params(shape, params)
            return route(account, params, found.group(1) if found.groups() else "")
    raise Refusal(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path}).")
