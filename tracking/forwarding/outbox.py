"""From the store into the outbox: each event once.

    position ──► until (what is surely stored) ──► batches of one day and of the vendor's size

Rows and position move in one transaction. An event that becomes visible later than its time of receipt says (a slow
door, a clock that is behind) is found by the sweep, which compares numbers and, where they differ, ids.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Min, QuerySet, Sum

from tracking import buffer
from tracking.destinations.model import of_kind
from tracking.forwarding import accounting, rules
from tracking.forwarding.claims import Claim
from tracking.models import Delivery, Forwarding, Resend
from tracking.store.arrivals import Arrival, arrivals, count_arrivals

PLANNED_AT_ONCE = 5000  # events
ENOUGH_WAITING = 20  # batches: what is behind them waits in the store
# Between the time of receipt and the place in the log lies the time the door may take to write.
WRITING = timedelta(seconds=2)
LOOKED_BACK = timedelta(hours=1)
SWEEP_EVERY = timedelta(minutes=1)


class ClaimLost(Exception):
    """Somebody else works on this destination by now: nothing was written."""


def settled_until(now: datetime) -> datetime:
    """Whatever was received before this moment is stored, but for stragglers. Raises redis.RedisError."""
    return _whole_ms(min(buffer.watermark(), now) - WRITING)


def plan(forwarding: Forwarding, held: Claim, until: datetime, now: datetime) -> int:
    """Puts what is new into the outbox, unless enough waits there; how many events. Raises ClaimLost, StoreError."""
    if until <= forwarding.position or not has_room(forwarding):
        return 0
    found = _page(forwarding, forwarding.position, until, forwarding.position_id)
    place = _place(found, until)
    with transaction.atomic():
        mine = Forwarding.objects.filter(pk=forwarding.pk, claim=held.token)
        if not mine.update(position=place[0], position_id=place[1]):
            raise ClaimLost
        write(forwarding, found, now)
    forwarding.position, forwarding.position_id = place
    return len(found)


def plan_resend(resend: Resend, now: datetime) -> int:
    """The same for a stretch of the past. Its own position moves; when it is through, `planned_at` says so."""
    forwarding = resend.forwarding
    if not has_room(forwarding):
        return 0
    found = _page(forwarding, resend.position, resend.end, resend.position_id)
    before = resend.position, resend.position_id
    resend.position, resend.position_id = _place(found, resend.end)
    with transaction.atomic():
        unmoved = Resend.objects.filter(pk=resend.pk, position=before[0], position_id=before[1])
        planned_at = now if resend.position >= resend.end else None
        if not unmoved.update(position=resend.position, position_id=resend.position_id, planned_at=planned_at):
            return 0
        write(forwarding, found, now, resend)
    return len(found)


def sweep(forwarding: Forwarding, held: Claim, now: datetime) -> int:
    """Puts stragglers into the outbox: what has the time of batches that were planned before. How many events."""
    start = _looked_back_to(forwarding)
    planned = forwarding.deliveries.filter(resend=None, received_from__gte=start).aggregate(events=Sum("events"))
    stored = count_arrivals(forwarding.dataset_id, rules.chosen(forwarding), start, forwarding.position)
    found: list[Arrival] = []
    if stored != (planned["events"] or 0):
        ids = _ids_since(forwarding, start)
        found = [each for each in _all(forwarding, start) if each.event_id.bytes not in ids]
    with transaction.atomic():
        if not Forwarding.objects.filter(pk=forwarding.pk, claim=held.token).update(swept_at=now):
            raise ClaimLost
        write(forwarding, found, now)
    return len(found)


def write(forwarding: Forwarding, found: Sequence[Arrival], now: datetime, resend: Resend | None = None) -> None:
    most = of_kind(forwarding.connection.kind).max_batch
    for day, part in _cut(found, most):
        Delivery.objects.create(
            forwarding=forwarding,
            resend=resend,
            day=day,
            events=len(part),
            ids=b"".join(each.event_id.bytes for each in part),
            received_from=part[0].received_at,
            received_to=part[-1].received_at,
            happened_from=min(each.ts for each in part),
            happened_to=max(each.ts for each in part),
            due_at=now,
        )
        accounting.add_eligible(forwarding, day, len(part), resend)


def _cut(found: Sequence[Arrival], most: int) -> Iterator[tuple[date, list[Arrival]]]:
    for day, group in groupby(found, key=lambda each: each.received_at.astimezone(UTC).date()):
        part = list(group)
        for first in range(0, len(part), most):
            yield day, part[first : first + most]


def _place(found: Sequence[Arrival], until: datetime) -> tuple[datetime, uuid.UUID | None]:
    """How far one has come when `found` is written: there may be more behind a full page."""
    if len(found) < PLANNED_AT_ONCE:
        return until, None
    return found[-1].received_at, found[-1].event_id


def has_room(forwarding: Forwarding) -> bool:
    return forwarding.deliveries.filter(state=Delivery.State.PENDING).count() < ENOUGH_WAITING


def _page(forwarding: Forwarding, since: datetime, until: datetime, after: uuid.UUID | None = None) -> list[Arrival]:
    return arrivals(forwarding.dataset_id, rules.chosen(forwarding), since, until, PLANNED_AT_ONCE, after)


def _looked_back_to(forwarding: Forwarding) -> datetime:
    """An hour before the position, or where a batch begins that was under way then: numbers can be compared only
    where no batch is cut in two."""
    start = max(forwarding.since, forwarding.position - LOOKED_BACK)
    cut = forwarding.deliveries.filter(resend=None, received_from__lt=start, received_to__gte=start)
    return max(forwarding.since, cut.aggregate(first=Min("received_from"))["first"] or start)


def ids_at(forwarding: Forwarding, moment: datetime) -> set[bytes]:
    """Of the batches that were under way at this time of receipt, as far as their ids are still known."""
    return _ids(forwarding.deliveries.filter(resend=None, received_from__lte=moment, received_to__gte=moment))


def _ids_since(forwarding: Forwarding, start: datetime) -> set[bytes]:
    return _ids(forwarding.deliveries.filter(resend=None, received_to__gte=start))


def _ids(deliveries: QuerySet[Delivery]) -> set[bytes]:
    return {event_id for each in deliveries.only("ids").iterator() for event_id in each.event_ids}


def _all(forwarding: Forwarding, start: datetime) -> Iterator[Arrival]:
    since: datetime = start
    after: uuid.UUID | None = None
    while True:
        page = _page(forwarding, since, forwarding.position, after)
        yield from page
        if len(page) < PLANNED_AT_ONCE:
            return
        since, after = page[-1].received_at, page[-1].event_id


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
