"""What an organization can pay for: one table. Pages, API, documentation, limits and Stripe's catalogue read it.

A price is found in Stripe by its lookup key and recognized by its metadata, so a request can never name a price of its
own, and an older price of a plan still means that plan. `manage.py stripe_catalogue` makes what is missing there.
"""

import math
from dataclasses import dataclass
from typing import Any

CURRENCY = "usd"
METADATA_KEY = "metricpal_plan"  # on Stripe's prices: which plan it pays for
METER_EVENT = "metricpal_events"  # the name under which usage is reported


@dataclass(frozen=True)
class Cost:
    """What one question about the data may take. Past it the engine stops and says how to ask for less."""

    seconds: int
    megabytes: int
    rows: int


SMALL, MEDIUM, LARGE = Cost(5, 500, 100_000_000), Cost(10, 1000, 500_000_000), Cost(30, 2000, 2_000_000_000)


@dataclass(frozen=True)
class Plan:
    name: str  # in URLs, the API and Stripe
    label: str
    price_cents: int  # a month
    events: int | None  # a month; None: no limit
    seats: int | None  # members; an invitation takes one when it is accepted. None: no limit
    says: str
    included: int = 0  # of the metered plan: events that the price covers
    cents_for_1000_events: int = 0  # of the metered plan: each further thousand
    question: Cost = LARGE  # of a question about the data

    @property
    def is_metered(self) -> bool:
        return self.cents_for_1000_events > 0

    def cost_cents(self, events: int) -> int | None:
        """Of a month with so many events; None: too small for them."""
        if self.events is not None and events > self.events:
            return None
        return self.price_cents + math.ceil(max(0, events - self.included) * self.cents_for_1000_events / 1000)

    @property
    def lookup_key(self) -> str:
        return f"metricpal_{self.name}_monthly"


PLANS = {
    plan.name: plan
    for plan in (
        Plan(
            "starter", "Starter", 99_00, 100_000, 5, "For one website and the people who look after it.", question=SMALL
        ),
        Plan(
            "professional",
            "Professional",
            299_00,
            1_000_000,
            25,
            "For companies whose teams ask questions daily.",
            question=MEDIUM,
        ),
        Plan("enterprise", "Enterprise", 999_00, 10_000_000, None, "For many websites and apps, with everybody in."),
        Plan("custom", "Custom", 999_00, None, None, "High volume: no limit, paid by use.", 10_000_000, 10),
    )
}  # fmt: skip
# From the smallest to the largest: which change is an upgrade.
ORDER = {name: rank for rank, name in enumerate(PLANS)}


@dataclass(frozen=True)
class Entitlement:
    """What an organization may use. None: no limit."""

    plan: str  # "" without one
    events: int | None  # a month
    seats: int | None
    is_hard: bool = False  # events past the limit are held, not accepted with a notice
    question: Cost | None = None  # None: as the installation is set


UNLIMITED = Entitlement("", None, None)  # billing is switched off: whoever runs MetricPal uses it as it is
WITHOUT_PLAN = Entitlement("", 10_000, 5, is_hard=True, question=SMALL)


def of_price(price: dict[str, Any]) -> str:
    """The plan that a price of Stripe pays for; empty if it is none of ours."""
    named = (price.get("metadata") or {}).get(METADATA_KEY, "")
    if named in PLANS:
        return named
    return next((plan.name for plan in PLANS.values() if plan.lookup_key == price.get("lookup_key")), "")


def is_upgrade(old: str, new: str) -> bool:
    return ORDER.get(new, -1) > ORDER.get(old, -1)
