"""What one worker does for one destination: plan, then one due batch after the other, until the time is over.

Everything is read anew before each batch: a new address, a pause or another worker counts from then on.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

import redis

from config.lib import metrics
from config.lib.crypto import SealBroken
from config.lib.problems import Problem
from tracking.destinations.model import Destination
from tracking.forwarding import claims, delivery, health, latecomers, outbox
from tracking.forwarding.claims import Claim
from tracking.models import Delivery, Forwarding
from tracking.store import StoreError
from workspaces import connections
from workspaces.providers import DeliveryError

log = logging.getLogger(__name__)

BUDGET = timedelta(seconds=20)  # then others in the queue have their turn
UNREADABLE = "Its settings cannot be read any more. Type in its secrets again."


def work(held: Claim, clock: Callable[[], datetime]) -> None:
    """Ends without an error whatever the vendor does; with the store or the log away it comes back later."""
    until = clock() + BUDGET
    try:
        while clock() < until and _step(held, clock()):
            pass
    except outbox.ClaimLost:
        return
    except StoreError as error:
        log.warning("nothing forwarded, the event store is away: %s", str(error)[:200])
    finally:
        claims.release(held)


def _step(held: Claim, now: datetime) -> bool:
    """Whether there may be more to do at once."""
    forwarding = claims.renewed(held, now)
    if forwarding is None or (forwarding.waits_until and forwarding.waits_until > now):
        return False
    _plan(forwarding, held, now)
    due = Delivery.objects.due(now).filter(forwarding=forwarding).order_by("attempts", "due_at", "id").first()
    return due is not None and _attempt(forwarding, due, now)


def _plan(forwarding: Forwarding, held: Claim, now: datetime) -> None:
    try:
        until = outbox.settled_until(now)
        outbox.plan(forwarding, held, until, now)
        latecomers.plan(forwarding, held, until, now)
    except redis.RedisError as error:  # what is in the outbox goes out all the same
        log.warning("nothing new is forwarded, the log is away: %s", error)
    if forwarding.swept_at is None or now - forwarding.swept_at >= outbox.SWEEP_EVERY:
        outbox.sweep(forwarding, held, now)
    for resend in forwarding.resends.filter(planned_at=None).select_related("forwarding__connection__workspace"):
        outbox.plan_resend(resend, now)


def _attempt(forwarding: Forwarding, due: Delivery, now: datetime) -> bool:
    shift = random.uniform(0.8, 1.2)
    kind = forwarding.connection.kind
    try:
        provider = cast(Destination, connections.provider_of(forwarding.connection))
    except (SealBroken, Problem, KeyError):
        health.pause(forwarding, UNREADABLE, now)
        return False
    try:
        delivery.attempt(due, forwarding, provider, now, shift)
    except DeliveryError as error:
        metrics.DELIVERIES.labels(kind=kind, result="failed").inc()
        log.info("destination %s: attempt %d failed", forwarding.pk, due.attempts)
        health.note_failure(forwarding, error, now, shift)
        return False
    metrics.DELIVERIES.labels(kind=kind, result="answered").inc()
    health.note_success(forwarding, now, provider.least_s)
    return True
