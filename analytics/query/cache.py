"""Answers kept until the dataset changes.

The writer moves `tick:{dataset}` after each batch it commits: the time in ms at which the last event of the batch was
received. Statement and tick together name an answer, so nothing is ever invalidated and nothing can be stale. Without a
tick (nothing was ever committed, or the buffer is away) nothing is kept.
"""

import hashlib
from datetime import UTC, datetime

import msgspec
import redis
from django.core.cache import cache

from analytics.query.compile import Statement
from config.lib.redis_clients import buffer_client
from tracking.store import Rows

SECONDS = 3600


def ticks(datasets: list[int]) -> dict[int, int]:
    """The tick of each dataset that has one."""
    try:
        found = buffer_client().mget([f"tick:{dataset}" for dataset in datasets])
    except redis.RedisError:
        return {}
    return {dataset: int(tick) for dataset, tick in zip(datasets, found, strict=True) if tick is not None}


def as_of(tick: int | None, now: datetime) -> datetime:
    """Every event acknowledged before this moment is counted."""
    return datetime.fromtimestamp(tick / 1000, UTC) if tick is not None else now


def key(statement: Statement, tick: int) -> str:
    question = msgspec.json.encode((statement.dataset_id, statement.sql, statement.parameters))
    return f"answer:{tick}:{hashlib.sha256(question).hexdigest()}"


def get_many(keys: list[str]) -> dict[str, Rows]:
    return cache.get_many(keys) if keys else {}


def put_many(answers: dict[str, Rows]) -> None:
    if answers:
        cache.set_many(answers, SECONDS)
