"""Into the outbox with what tracking.forwarding.late was told of."""

from datetime import datetime, timedelta

from django.db import transaction

from tracking.forwarding import outbox, rules
from tracking.forwarding.claims import Claim
from tracking.models import Forwarding, LateArrival
from tracking.store.arrivals import Arrival, arrivals

AT_ONCE = 100
MILLISECOND = timedelta(milliseconds=1)


def plan(forwarding: Forwarding, held: Claim, until: datetime, now: datetime) -> int:
    """Puts what was noted, and is stored by now, into the outbox; how many events. Raises ClaimLost, StoreError."""
    noted = LateArrival.objects.filter(
        dataset_id=forwarding.dataset_id, pk__gt=forwarding.late_seen, noted_at__lt=until
    )
    rows = list(noted.order_by("pk")[:AT_ONCE])
    if not rows:
        return 0
    found = sorted({each for row in rows for each in _stored(row, forwarding)})
    with transaction.atomic():
        if not Forwarding.objects.filter(pk=forwarding.pk, claim=held.token).update(late_seen=rows[-1].pk):
            raise outbox.ClaimLost
        outbox.write(forwarding, found, now)
    return len(found)


def _stored(row: LateArrival, forwarding: Forwarding) -> list[Arrival]:
    """What is there of the row's events and belongs to this destination; not what a sweep has found already."""
    if row.received_at < forwarding.begun_at:
        return []
    chosen = rules.chosen(forwarding)
    there = arrivals(
        forwarding.dataset_id, chosen, row.received_at, row.received_at + MILLISECOND, outbox.PLANNED_AT_ONCE
    )
    wanted = set(row.event_ids) - outbox.ids_at(forwarding, row.received_at)
    return [each for each in there if each.event_id.bytes in wanted]
