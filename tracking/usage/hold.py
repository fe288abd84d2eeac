"""Events that came when a limit was used up: kept sealed for thirty days, and logged as they came once there is room.

    door ──append──► stream `held` (Valkey) ──keep──► HeldEvents (PostgreSQL) ──release──► the ingest log

They count in the day and month in which they came, within the limits that hold now; so what makes room is a higher
limit, not the next month. Killed anywhere nothing is lost and nothing counts twice: `keep` knows an envelope by its
place in the stream, the log knows a released one by its number, and the writer every event by its id. A row goes last:
until then the next run logs it once more, in vain, and tells the forwarding of it again.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog
from django.db import transaction
from django.db.models import Sum

from config.lib import crypto
from config.lib.redis_clients import buffer_client
from tracking import buffer
from tracking.append import HELD, HELD_TOTALS, CountersCold, Ration, TooLittleRoom
from tracking.events import Envelope
from tracking.forwarding import late
from tracking.models import HeldEvents
from tracking.portions import HELD_DAYS
from tracking.usage import received, warm
from tracking.usage.rations import Consumer, of_events
from tracking.usage.reasons import DropReason
from workspaces import limits
from workspaces.models import Organization

AT_ONCE = 500
log = structlog.get_logger()
_envelope = msgspec.msgpack.Decoder(Envelope)


def keep() -> int:
    """Move what was put aside from the stream to the database; the number of envelopes. Raises redis.RedisError."""
    client: Any = buffer_client()
    moved = 0
    while found := client.xrange(HELD, "-", "+", count=AT_ONCE):
        rows = [_row(place.decode(), fields) for place, fields in found]
        alive = set(
            Organization.objects.filter(id__in={row.organization_id for row in rows}).values_list("id", flat=True)
        )
        HeldEvents.objects.bulk_create([row for row in rows if row.organization_id in alive], ignore_conflicts=True)
        client.xdel(HELD, *(place for place, _ in found))
        moved += len(found)
    return moved


def release(clock: Callable[[], datetime]) -> int:
    """Log what there is room for, of each organization in the order in which it came; the number of events."""
    waiting = HeldEvents.objects.order_by().values_list("organization_id", flat=True).distinct()
    return sum(_release(organization_id, clock) for organization_id in list(waiting))


def forget(now: datetime) -> int:
    """Delete what has waited for thirty days; the number of events."""
    with transaction.atomic():
        old = list(HeldEvents.objects.select_for_update().filter(received_at__lt=now - timedelta(days=HELD_DAYS)))
        HeldEvents.objects.filter(id__in=[row.id for row in old]).delete()
    for organization_id, quantity in _totals(old).items():
        uncount(organization_id, quantity)
    return sum(row.quantity for row in old)


def waiting(organization_id: int) -> tuple[int, datetime | None]:
    """(events held, when the oldest of them is deleted). Raises redis.RedisError."""
    client: Any = buffer_client()
    total = client.hget(HELD_TOTALS, organization_id)
    oldest = HeldEvents.objects.filter(organization_id=organization_id).order_by("received_at").first()
    return int(total or 0), oldest.received_at + timedelta(days=HELD_DAYS) if oldest else None


def recount() -> None:
    """The totals from what is really there, should they have been lost."""
    with buffer_client().pipeline() as pipe:
        pipe.delete(HELD_TOTALS)
        for organization_id, quantity in (
            HeldEvents.objects.order_by().values_list("organization").annotate(Sum("quantity"))
        ):
            pipe.hset(HELD_TOTALS, str(organization_id), quantity)
        pipe.execute()


def uncount(organization_id: int, quantity: int) -> None:
    """They are held no longer."""
    buffer_client().hincrby(HELD_TOTALS, str(organization_id), -quantity)


def _row(place: str, fields: dict[bytes, bytes]) -> HeldEvents:
    envelope = _envelope.decode(fields[b"e"])
    return HeldEvents(
        organization_id=int(fields[b"o"]),
        entry=place,
        dataset_id=envelope.dataset_id,
        quantity=len(envelope.events),
        received_at=datetime.fromtimestamp(envelope.received_ms / 1000, UTC),
        sealed=crypto.seal(fields[b"e"].hex()),
    )


def _release(organization_id: int, clock: Callable[[], datetime]) -> int:
    released, unreadable = 0, list[int]()
    waiting = HeldEvents.objects.filter(organization_id=organization_id).order_by("id")
    # One process at a time; whoever comes second finds nothing left or goes on.
    while row := waiting.exclude(pk__in=unreadable).first():
        try:
            if not _log(row, clock()):
                break  # what came later does not overtake
        except crypto.SealBroken:
            unreadable.append(row.pk)
            continue
        # Of this moment, not of the run's beginning: destinations take it for stored when the log is past it.
        late.note(row.dataset_id, row.received_at, _ids(row), clock())
        if HeldEvents.objects.filter(pk=row.pk).delete()[0]:
            uncount(organization_id, row.quantity)
            released += row.quantity
    if unreadable:  # they wait for the former key, and are forgotten without it
        log.error("held events cannot be read: was SECRET_KEY another?", organization=organization_id, rows=unreadable)
    return released


def _packed(row: HeldEvents) -> bytes:
    return bytes.fromhex(crypto.unseal(row.sealed))


def _ids(row: HeldEvents) -> list[bytes]:
    return [event.event_id for event in _envelope.decode(_packed(row)).events]


def _log(row: HeldEvents, now: datetime) -> bool:
    packed = _packed(row)
    envelope = _envelope.decode(packed)
    shard = buffer.shard_of(envelope.dataset_id, envelope.events[0].visitor or envelope.client.visitor)
    tally = received.tally(envelope.dataset_id, row.received_at, row.quantity, {DropReason.QUOTA: -row.quantity})
    ration = _ration(row, envelope, now)
    for _ in range(2):
        try:
            buffer.append({shard: packed}, b"held:" + row.uid.bytes, tally, ration)
            return True
        except TooLittleRoom:
            return False
        except CountersCold:
            warm.warm(row.organization_id, (ration.day, ration.month))
    return False


def _ration(row: HeldEvents, envelope: Envelope, now: datetime) -> Ration:
    """Of the period in which it came, within what is allowed now."""
    in_force = limits.in_force(row.organization_id, now, envelope.key)
    allowances = tuple(each for each in in_force if each.metric == limits.EVENTS)
    ration = of_events(Consumer(row.organization_id, envelope.key, allowances), row.quantity, row.received_at)
    # The grace is for what comes while it lasts, not for what is waiting.
    most = tuple((place, field, each.most) for (place, field, _), each in zip(ration.ceilings, allowances, strict=True))
    return ration._replace(ceilings=most)


def _totals(rows: list[HeldEvents]) -> Counter[int]:
    totals: Counter[int] = Counter()
    for row in rows:
        totals[row.organization_id] += row.quantity
    return totals
