"""What tracking does by the clock: fetch, call, no more."""

import uuid
from datetime import timedelta

import redis
from celery import shared_task

from config.lib import clock
from config.lib.redis_clients import buffer_client
from tracking import conservation, persons
from tracking.catalogue import watch
from tracking.erasure import tasks as erasure_tasks  # noqa: F401  # Celery looks for tasks here
from tracking.expiry import tasks as expiry_tasks  # noqa: F401
from tracking.forwarding import claims, health, tidying, work
from tracking.quarantine import replays
from tracking.store import quarantine
from tracking.store.persons import datasets_merged_since
from tracking.usage import hold, ledger, reconcile, rollup

LATELY = timedelta(minutes=30)


@shared_task
def forget_salts() -> None:
    """Writes the log server's file anew, in which salts that have expired would stand until it grew twofold."""
    try:
        buffer_client().bgrewriteaof()
    except redis.ResponseError:  # a hosted server that does not let us, or that is at it already
        return


@shared_task
def squash_new_merges() -> None:
    """Datasets in which somebody was recognized lately."""
    since = int((clock.now() - LATELY).timestamp() * 1000)
    for dataset_id in datasets_merged_since(since):
        persons.squash(dataset_id)


@shared_task
def squash_all_merges() -> None:
    """All others too: a visitor who was recognized long ago may have come back without saying so."""
    for dataset_id in datasets_merged_since(0):
        persons.squash(dataset_id)


@shared_task
def forward_events() -> None:
    """One task for each destination that has something to do."""
    for held in claims.claim_due(clock.now()):
        forward_to.delay(held.forwarding, str(held.token))


@shared_task
def forward_to(forwarding: int, claim: str) -> None:
    work.work(claims.Claim(forwarding, uuid.UUID(claim)), clock.now)


@shared_task
def look_after_destinations() -> None:
    """Room in the outbox, and mails about those that fail: last, as a mail server that hangs may take all the time."""
    now = clock.now()
    tidying.tidy(now)
    health.watch(now)


@shared_task
def book_usage() -> None:
    ledger.drain(clock.now())


@shared_task
def roll_up_usage() -> None:
    """Every day that changed since the last time, however long ago that was."""
    rollup.run(clock.now())


@shared_task
def release_held() -> None:
    hold.keep()
    hold.release(clock.now)
    hold.forget(clock.now())


@shared_task
def reconcile_usage() -> None:
    reconcile.run(clock.now())


@shared_task
def prove_hours() -> None:
    """That every event of the last hours is accounted for."""
    conservation.check(clock.now())


@shared_task
def run_replay(replay: int) -> None:
    """What fits its schema now leaves the quarantine."""
    replays.run(replay, clock.now)


@shared_task
def resume_replays() -> None:
    """Those whose worker was killed, and those whose start was lost."""
    for replay in replays.due(clock.now()):
        run_replay.delay(replay)


@shared_task
def forget_quarantine() -> None:
    """What nobody repaired in thirty days."""
    quarantine.forget(clock.now())


@shared_task
def watch_catalogue() -> None:
    """Which events and properties came since the last look."""
    watch.look_everywhere(clock.now())
