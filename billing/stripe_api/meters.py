"""Usage of metered plans. Stripe takes an event at most 35 days late, and knows its identifier for 24 hours."""

from datetime import datetime, timedelta

from billing.plans import METER_EVENT
from billing.stripe_api.catalogue import meter_id
from billing.stripe_api.client import calling

HOUR = timedelta(hours=1)


def report(customer: str, quantity: int, *, at: datetime, identifier: str) -> None:
    with calling() as stripe:
        stripe.v1.billing.meter_events.create(
            {
                "event_name": METER_EVENT,
                "payload": {"stripe_customer_id": customer, "value": str(quantity)},
                "identifier": identifier,
                "timestamp": int(at.timestamp()),
            }
        )


def known(customer: str, hour: datetime) -> int:
    """What Stripe has counted for this customer in this hour."""
    meter = meter_id()
    if meter is None:
        return 0
    with calling() as stripe:
        found = stripe.v1.billing.meters.event_summaries.list(
            meter,
            {
                "customer": customer,
                "start_time": int(hour.timestamp()),
                "end_time": int((hour + HOUR).timestamp()),
                "value_grouping_window": "hour",
            },
        )
        return int(sum(each.aggregated_value for each in found.data))
