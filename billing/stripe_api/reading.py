"""The present state of one customer, in our words: what every webhook leads to."""

from dataclasses import dataclass
from typing import Any

from billing.stripe_api.client import calling, every, plain

MOST = 500  # invoices or subscriptions of one customer


@dataclass(frozen=True)
class CustomerState:
    """As Stripe has it now; dictionaries as its API describes them."""

    subscriptions: list[dict[str, Any]]
    invoices: list[dict[str, Any]]  # without drafts


def state_of(customer: str) -> CustomerState:
    with calling() as stripe:
        subscriptions = every(
            lambda: stripe.v1.subscriptions.list(
                {
                    "customer": customer,
                    "status": "all",
                    "limit": 100,
                    "expand": ["data.discounts.source.coupon"],
                }
            ),
            MOST,
        )
        invoices = every(lambda: stripe.v1.invoices.list({"customer": customer, "limit": 100}), MOST)
    return CustomerState(subscriptions, [each for each in invoices if each["status"] != "draft"])


def subscription(stripe_id: str) -> dict[str, Any]:
    """With `latest_invoice` opened out."""
    with calling() as stripe:
        return plain(stripe.v1.subscriptions.retrieve(stripe_id, {"expand": ["latest_invoice"]}))
