"""What erasing does by the clock, and at once when somebody asks."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from config.lib import clock
from tracking.erasure import passes

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
    for pk in passes.due(clock.now()):
        erase.delay(pk)


@shared_task
def purge_erased() -> None:
    passes.purge(clock.now())
