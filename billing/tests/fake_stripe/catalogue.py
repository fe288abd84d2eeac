"""Products, prices, coupons, meters."""

from typing import Any

from billing.tests.fake_stripe.account import Account, Object
from billing.tests.fake_stripe.refusal import invalid


def create_product(account: Account, params: dict[str, Any]) -> Object:
    about = {"name": params["name"], "metadata": params.get("metadata", {}), "type": "service", "updated": account.now}
    return account.add("prod", "product", active=True, images=[], marketing_features=[], **about)


def create_price(account: Account, params: dict[str, Any]) -> Object:
    recurring = params["recurring"]
    usage_type = recurring.get("usage_type", "licensed")
    if usage_type == "metered":
        account.get(recurring.get("meter", ""), "billing.meter")
    key = params.get("lookup_key")
    for other in account.all("price", lookup_key=key) if key else []:
        if params.get("transfer_lookup_key") != "true":
            raise invalid(f"The lookup key {key} is taken.", "resource_already_exists", "lookup_key")
        other["lookup_key"] = None
    return account.add(
        "price",
        "price",
        active=True,
        billing_scheme=params.get("billing_scheme", "per_unit"),
        currency=params["currency"],
        lookup_key=key,
        metadata=params.get("metadata", {}),
        product=account.get(params["product"], "product")["id"],
        recurring={
            "interval": recurring["interval"],
            "interval_count": int(recurring.get("interval_count", 1)),
            "usage_type": usage_type,
            "meter": recurring.get("meter"),
        },
        type="recurring",
        unit_amount=int(params["unit_amount"]) if "unit_amount" in params else None,
        unit_amount_decimal=params.get("unit_amount"),
        tiers_mode=params.get("tiers_mode"),
        tiers=[_tier(each) for each in params["tiers"]] if "tiers" in params else None,
    )


def _tier(said: dict[str, str]) -> Object:
    return {
        "up_to": None if said["up_to"] == "inf" else int(said["up_to"]),
        "flat_amount": int(said.get("flat_amount", 0)),
        "unit_amount_decimal": said.get("unit_amount_decimal") or said.get("unit_amount", "0"),
    }


def cost(price: Object, used: int) -> int:
    """In cents, of a graduated price: each step's flat amount where it is reached, and its units."""
    total, below = 0.0, 0
    for tier in price["tiers"]:
        upto = used if tier["up_to"] is None else min(used, tier["up_to"])
        if below == 0 or used > below:
            total += tier["flat_amount"] + max(0, upto - below) * float(tier["unit_amount_decimal"])
        below = tier["up_to"] or used
    return round(total)


def create_meter(account: Account, params: dict[str, Any]) -> Object:
    if account.all("billing.meter", event_name=params["event_name"]):
        raise invalid(f"There is a meter for {params['event_name']} already.", "resource_already_exists", "event_name")
    return account.add(
        "mtr",
        "billing.meter",
        customer_mapping=params["customer_mapping"],
        default_aggregation=params["default_aggregation"],
        display_name=params["display_name"],
        event_name=params["event_name"],
        status="active",
        status_transitions={},
        updated=account.now,
        value_settings=params["value_settings"],
    )


def create_coupon(account: Account, percent_off: float, name: str = "Friends") -> Object:
    """For ever."""
    about = {"duration": "forever", "name": name, "percent_off": percent_off, "times_redeemed": 0, "valid": True}
    return account.add("coupon", "coupon", **about)


def is_metered(item: Object) -> bool:
    return bool(item["price"]["recurring"]["usage_type"] == "metered")
