"""What Stripe's items and discounts mean for us: which plan, how much a month, which discount."""

from typing import Any

from billing import plans

MONTHS = {"month": 1, "year": 12}


def plan_of(items: list[dict[str, Any]]) -> str:
    """The plan these items pay for, the largest if there were several; empty if none is ours."""
    named = [plans.of_price(item["price"]) for item in items]
    return max(filter(None, named), key=plans.ORDER.__getitem__, default="")


def is_metered(item: dict[str, Any]) -> bool:
    return (item["price"].get("recurring") or {}).get("usage_type") == "metered"


def monthly_cents(items: list[dict[str, Any]], discounts: list[Any]) -> int:
    """What a month costs after discounts. What is counted by usage is not known before, and adds nothing."""
    total = sum(_monthly(item) for item in items)
    for coupon in _coupons(discounts):
        if coupon.get("percent_off"):
            total -= total * coupon["percent_off"] / 100
        elif coupon.get("amount_off"):
            total -= coupon["amount_off"]
    return max(0, round(total))


def discount_in_words(discounts: list[Any]) -> str:
    return ", ".join(_in_words(coupon) for coupon in _coupons(discounts))[:255]


def _monthly(item: dict[str, Any]) -> float:
    recurring = item["price"].get("recurring") or {}
    if is_metered(item) or recurring.get("interval") not in MONTHS:
        return 0
    months = MONTHS[recurring["interval"]] * recurring.get("interval_count", 1)
    return (item["price"].get("unit_amount") or 0) * (item.get("quantity") or 0) / months


def _coupons(discounts: list[Any]) -> list[dict[str, Any]]:
    """Only what was opened out: an id alone says nothing."""
    opened = [(each.get("source") or {}).get("coupon") for each in discounts if isinstance(each, dict)]
    return [coupon for coupon in opened if isinstance(coupon, dict)]


def _in_words(coupon: dict[str, Any]) -> str:
    name = coupon.get("name") or coupon["id"]
    if coupon.get("percent_off"):
        return f"{name}: {coupon['percent_off']:g} % off"
    return f"{name}: {(coupon.get('amount_off') or 0) / 100:,.2f} {coupon.get('currency', '').upper()} off"
