"""Which destinations have something to do, and who does it: one worker each, by a claim that runs out.

A destination that does not answer costs a worker ten seconds at a time; so of the unwell ones only a few are worked on
at once, and only after everybody who is well.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import redis
from django.db.models import Exists, OuterRef, Q

from config.lib.redis_clients import buffer_client
from tracking.models import Delivery, Forwarding, Resend

LEASE = timedelta(seconds=60)
UNWELL_AT_ONCE = 2
SWEEP_EVERY = timedelta(minutes=5)


class Claim(NamedTuple):
    forwarding: int
    token: uuid.UUID


def claim_due(now: datetime) -> list[Claim]:
    """Takes what is due. Whoever is given a claim works on it or lets it run out."""
    waiting = _with_work(list(_idle(now)))
    room = UNWELL_AT_ONCE - Forwarding.objects.filter(failures__gt=0, claimed_until__gt=now).count()
    well = [each for each in waiting if not each.failures]
    unwell = [each for each in waiting if each.failures][: max(room, 0)]
    claims = (claim(each.pk, now) for each in (*well, *unwell))
    return [each for each in claims if each]


def claim(forwarding: int, now: datetime) -> Claim | None:
    """None when somebody is at it."""
    token = uuid.uuid4()
    free = Forwarding.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), pk=forwarding)
    return Claim(forwarding, token) if free.update(claim=token, claimed_until=now + LEASE) else None


def renewed(held: Claim, now: datetime) -> Forwarding | None:
    """The destination as it stands now; None when it is paused, gone, or somebody else's by now."""
    mine = Forwarding.objects.filter(pk=held.forwarding, claim=held.token, connection__paused_at=None)
    if not mine.update(claimed_until=now + LEASE):
        return None
    return mine.select_related("connection__workspace__organization").first()


def release(held: Claim) -> None:
    Forwarding.objects.filter(pk=held.forwarding, claim=held.token).update(claim=None, claimed_until=None)


def _idle(now: datetime) -> Iterable[Forwarding]:
    """Nobody works on them, nothing forbids it. Longest unwell last."""
    due = Delivery.objects.due(now).filter(forwarding=OuterRef("pk"))
    unplanned = Resend.objects.filter(forwarding=OuterRef("pk"), planned_at=None)
    unswept = Q(swept_at=None) | Q(swept_at__lte=now - SWEEP_EVERY)
    return (
        Forwarding.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), connection__paused_at=None)
        .filter(Q(waits_until=None) | Q(waits_until__lte=now))
        .annotate(has_work=Exists(due) | Exists(unplanned) | unswept)
        .select_related("connection__workspace")
        .order_by("failures", "waits_until", "pk")
    )


def _with_work(idle: list[Any]) -> list[Any]:
    """Those with rows that wait, and those of whose dataset something was stored after their position."""
    news = _newest(idle)
    return [each for each in idle if each.has_work or news.get(each.pk, 0) >= each.position.timestamp() * 1000]


def _newest(idle: list[Any]) -> dict[int, int]:
    """Received ms of the newest stored event of each one's dataset; nothing while the log is away."""
    if not idle:
        return {}
    try:
        ticks: Any = buffer_client().mget([f"tick:{each.dataset_id}" for each in idle])
    except redis.RedisError:
        return {}
    return {each.pk: int(tick or 0) for each, tick in zip(idle, ticks, strict=True)}
