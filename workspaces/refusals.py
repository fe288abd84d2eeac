"""What was refused lately on its way into a dataset: a memory of ten minutes, for the page that helps to install.

It may be lost and it may lag by some seconds; nothing is decided by it.
"""

import time

import redis

from config.lib.redis_clients import cache_client

KEPT_SECONDS = 10 * 60
NOTED_EVERY_SECONDS = 10.0  # a website with a dead key must not cost a write for each of its requests
REASONS = ("ended_key", "origin")
MAX_CHARS = 200

_noted: dict[tuple[int, str], float] = {}


def note(dataset_id: int, reason: str, what: str) -> None:
    """`what` was refused: the beginning of a key, or a host. Never raises."""
    now = time.monotonic()
    if now - _noted.get((dataset_id, reason), float("-inf")) < NOTED_EVERY_SECONDS:
        return
    if len(_noted) > 10_000:
        _noted.clear()
    _noted[dataset_id, reason] = now
    try:
        cache_client().set(_key(dataset_id, reason), what[:MAX_CHARS], ex=KEPT_SECONDS)
    except redis.RedisError:
        return


def lately(dataset_id: int) -> dict[str, str]:
    """What was refused in the last ten minutes, by reason. Nothing, when the cache is away."""
    try:
        found = cache_client().mget([_key(dataset_id, reason) for reason in REASONS])
    except redis.RedisError:
        return {}
    return {reason: what.decode() for reason, what in zip(REASONS, found, strict=True) if what}


def _key(dataset_id: int, reason: str) -> str:
    return f"refused:{dataset_id}:{reason}"
