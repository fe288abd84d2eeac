"""Billing Meters: events in, sums out."""

from typing import Any

from billing.tests.fake_stripe.account import Account, Object
from billing.tests.fake_stripe.refusal import invalid

DAY = 24 * 3600
HOUR = 3600


def report(account: Account, params: dict[str, Any]) -> Object:
    if not account.all("billing.meter", event_name=params["event_name"]):
        raise invalid(f"No active meter for {params['event_name']}.", "", "event_name")
    at = int(params.get("timestamp", account.now))
    if at < account.now - 35 * DAY or at > account.now + 300:
        raise invalid("The timestamp is too far in the past or in the future.", "timestamp_invalid", "timestamp")
    identifier = params["identifier"]
    for other in account.usage:
        if other["identifier"] == identifier and other["created"] > account.now - DAY:
            raise invalid(f"An event already exists with identifier {identifier}.")
    event = {
        "object": "billing.meter_event",
        "created": account.now,
        "event_name": params["event_name"],
        "identifier": identifier,
        "livemode": False,
        "payload": params["payload"],
        "timestamp": at,
    }
    account.usage.append(event)
    return event


def counted(account: Account, customer: str, start: int, end: int) -> int:
    """What the customer has used in [start, end)."""
    return sum(
        int(event["payload"]["value"])
        for event in account.usage
        if event["payload"]["stripe_customer_id"] == customer and start <= event["timestamp"] < end
    )


def summaries(account: Account, meter: str, params: dict[str, Any]) -> list[Object]:
    """By the hour."""
    start, end = int(params["start_time"]), int(params["end_time"])
    if start % HOUR or end % HOUR:
        raise invalid("start_time and end_time must lie on the hour.", "", "start_time")
    sums = ((hour, counted(account, params["customer"], hour, hour + HOUR)) for hour in range(start, end, HOUR))
    return [
        {
            "id": f"mtrusg_{hour}",
            "object": "billing.meter_event_summary",
            "aggregated_value": float(total),
            "start_time": hour,
            "end_time": hour + HOUR,
            "livemode": False,
            "meter": meter,
        }
        for hour, total in sums
        if total
    ]
