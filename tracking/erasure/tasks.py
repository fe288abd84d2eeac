"""What erasing does by the clock, and at once when somebody asks."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from config.lib import clock
from tracking.erasure import again, passes
from tracking.store import StoreError

log = structlog.get_logger()


def enqueue(pk: int) -> None:
    """Soon. Where the queue is away, the next minute's round finds it."""
    try:
        erase.delay(pk)
    except OperationalError as error:
        log.warning("erasure waits for the queue", erasure=pk, error=str(error))


@shared_task
def erase(pk: int) -> None:
    passes.erase(pk, clock.now())


@shared_task
def erase_due() -> None:
    """Also what a restored backup brought back."""
    try:
        again.find(clock.now())
    except StoreError as error:
        log.warning("erasures not compared with the store", error=str(error)[:200])
    for pk in passes.due(clock.now()):
        erase.delay(pk)


@shared_task
def purge_erased() -> None:
    passes.purge(clock.now())
