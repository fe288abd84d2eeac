"""What tracking does by the clock: fetch, call, no more."""

from datetime import timedelta

import redis
from celery import shared_task

from config.lib import clock
from config.lib.redis_clients import buffer_client
from tracking import persons
from tracking.store.persons import datasets_merged_since

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
