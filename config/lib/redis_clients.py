"""The two Redis connections: `cache_client` for what may be lost, `buffer_client` for the ingest log.

redis-py gives up on a silent server only after a minute; a request may not wait that long, so the limits are
explicit and nothing is retried behind our back.
"""

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


def _client(url: str, timeout_s: float, connect_s: float) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=connect_s,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


@cache
def cache_client() -> redis.Redis:
    """Counters and caches. Raises redis.RedisError when the server does not answer at once: who asks can do without."""
    return _client(settings.REDIS_URL, 0.2, 0.2)


@cache
def buffer_client() -> redis.Redis:
    """The ingest log, fsynced before each answer; a slow disk gets two seconds."""
    return _client(settings.BUFFER_URL, 2.0, 0.5)
