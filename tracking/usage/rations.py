"""What the events of one request use up, and within which limits: worked out from the key's grant, asking nobody."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from tracking.append import Ration
from tracking.usage import counters
from tracking.usage.lines import EVENTS
from workspaces.limits import Allowance

HELD_MOST = 250_000  # events of one organization


class Consumer(NamedTuple):
    """Who uses up: an organization, with one of its keys."""

    organization_id: int
    key_id: int = 0
    allowances: tuple[Allowance, ...] = ()  # for events; tracking.keys leaves out the others


def of_events(consumer: Consumer, quantity: int, now: datetime) -> Ration:
    if not consumer.allowances:
        return _unlimited(consumer.organization_id, consumer.key_id, quantity, now.astimezone(UTC).date())
    return _of_events(consumer, quantity, now)


@lru_cache(maxsize=4096)
def _unlimited(organization_id: int, key_id: int, quantity: int, day: date) -> Ration:
    """One object for all requests that use up alike (see received)."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return _of_events(Consumer(organization_id, key_id), quantity, noon)


def _of_events(consumer: Consumer, quantity: int, now: datetime) -> Ration:
    return Ration(
        consumer.organization_id,
        *counters.keys(consumer.organization_id, now),
        counters.KEPT_S,
        (EVENTS, counters.field(EVENTS, consumer.key_id)) if consumer.key_id else (EVENTS,),
        quantity,
        tuple(
            (int(each.period == "month"), counters.field(EVENTS, each.key_id), each.ceiling(now))
            for each in consumer.allowances
        ),
        held_most=HELD_MOST,
    )
