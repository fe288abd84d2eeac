"""What the events of one request use up, and within which limits: worked out from the key's grant, asking nobody."""

from datetime import UTC, datetime
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
    """One object for all requests of a minute that use up alike: such are counted and checked together (append)."""
    return _of_events(consumer, quantity, int(now.timestamp()) // 60)


@lru_cache(maxsize=4096)
def _of_events(consumer: Consumer, quantity: int, minute: int) -> Ration:
    now = datetime.fromtimestamp(60 * minute, UTC)
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
