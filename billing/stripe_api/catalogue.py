"""The plans in Stripe: a product and a price for each, and the meter that the metered one counts with.

Found by lookup key and event name, made where missing; making twice changes nothing.
"""

from decimal import Decimal
from typing import Any

from django.core.cache import cache

from billing.plans import CURRENCY, METADATA_KEY, METER_EVENT, PLANS, Plan
from billing.stripe_api.client import calling, every, plain
from config.lib import crypto
from config.lib.problems import Problem

CACHED_SECONDS = 300


def price_id(plan: Plan) -> str:
    """Stripe's id of the price that new subscribers of `plan` pay."""
    key = f"stripe-price:{plan.lookup_key}"
    found = cache.get(key)
    if found is None:
        found = _price(plan)
        if found is None:
            detail = f"The plan {plan.label} has no price in Stripe yet: run `manage.py stripe_catalogue` once."
            raise Problem(409, "no_price", detail)
        cache.set(key, found, CACHED_SECONDS)
    return str(found)


def ensure() -> list[str]:
    """Makes what is missing; returns what was made."""
    made: list[str] = []
    meter = meter_id()
    if meter is None:
        meter = _make_meter()
        made.append(f"meter {METER_EVENT}")
    for plan in PLANS.values():
        if _price(plan) is None:
            _make_price(plan, meter)
            made.append(f"price {plan.lookup_key}")
    return made


def meter_id() -> str | None:
    with calling() as stripe:
        meters = every(lambda: stripe.v1.billing.meters.list({"status": "active", "limit": 100}), 1000)
    return next((meter["id"] for meter in meters if meter["event_name"] == METER_EVENT), None)


def _price(plan: Plan) -> str | None:
    with calling() as stripe:
        found = stripe.v1.prices.list({"lookup_keys": [plan.lookup_key], "active": True, "limit": 1}).data
    return found[0].id if found else None


def _make_meter() -> str:
    with calling() as stripe:
        meter = stripe.v1.billing.meters.create(
            {
                "display_name": "MetricPal events",
                "event_name": METER_EVENT,
                "default_aggregation": {"formula": "sum"},
                "customer_mapping": {"type": "by_id", "event_payload_key": "stripe_customer_id"},
                "value_settings": {"event_payload_key": "value"},
            }
        )
    return meter.id


def _make_price(plan: Plan, meter: str) -> dict[str, Any]:
    """Idempotency keys carry what is asked for: a plan that costs something else now is a new request."""
    metadata = {METADATA_KEY: plan.name}
    asked: Any = {
        "currency": CURRENCY,
        "lookup_key": plan.lookup_key,
        "transfer_lookup_key": True,
        "metadata": metadata,
        **(_metered(plan, meter) if plan.is_metered else _fixed(plan)),
    }
    with calling() as stripe:
        product = stripe.v1.products.create(
            {"name": f"MetricPal {plan.label}", "metadata": metadata},
            {"idempotency_key": f"metricpal-product-{plan.name}"},
        )
        asked["product"] = product.id
        key = f"metricpal-price-{plan.name}-{crypto.digest(repr(asked))[:24]}"
        return plain(stripe.v1.prices.create(asked, {"idempotency_key": key}))


def _fixed(plan: Plan) -> dict[str, Any]:
    return {"unit_amount": plan.price_cents, "recurring": {"interval": "month"}}


def _metered(plan: Plan, meter: str) -> dict[str, Any]:
    """Two steps: up to what is included one price for all, then a price for each event."""
    each = Decimal(plan.cents_for_1000_events) / 1000
    return {
        "billing_scheme": "tiered",
        "tiers_mode": "graduated",
        "tiers": [
            {"up_to": plan.included, "flat_amount": plan.price_cents, "unit_amount": 0},
            {"up_to": "inf", "unit_amount_decimal": each},
        ],
        "recurring": {"interval": "month", "usage_type": "metered", "meter": meter},
    }
