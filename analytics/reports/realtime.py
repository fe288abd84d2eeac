"""Who is here now, and how far behind the numbers are: what pages show beside them, and sockets push."""

from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.core.cache import cache

from tracking import buffer, store

WINDOW = timedelta(minutes=5)
CACHED_SECONDS = 3  # however many people look, the store is asked once in this time

VISITORS_NOW = """
SELECT uniqExact(visitor_id)
FROM events
WHERE ts > {since:DateTime64(3, 'UTC')}
  AND ts <= {now:DateTime64(3, 'UTC')}
  AND bot = ''
"""


def visitors_now(dataset_id: int, now: datetime) -> int:
    """Visitors with an event in the last five minutes, known bots left out. Raises store.StoreError."""
    key = f"visitors-now:{dataset_id}"
    known: int | None = cache.get(key)
    if known is None:
        known = _ask(dataset_id, now)
        cache.set(key, known, CACHED_SECONDS)
    return known


def _ask(dataset_id: int, now: datetime) -> int:
    period = {"since": now - WINDOW, "now": now}
    return int(store.query(VISITORS_NOW, period, dataset_id=dataset_id).rows[0][0])


def storing_behind(now: datetime) -> float:
    """Seconds that the oldest acknowledged event has waited to be stored; 0 when none waits or nobody can say."""
    try:
        waiting = [buffer.backlog(shard, now) for shard in range(settings.INGEST_SHARDS)]
    except redis.RedisError:
        return 0.0
    return max((each.lag_s for each in waiting if each.entries), default=0.0)
