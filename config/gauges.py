"""How things stand, for /metrics: asked of the stores at the moment of asking.

What computes these numbers may run on another machine, or be dead: a gauge that it had set itself would go on saying
that all is well.
"""

from contextlib import suppress
from datetime import datetime

import redis
from django.conf import settings
from django.db import DatabaseError

from config.lib import metrics
from tracking import buffer, conservation
from tracking.usage import reconcile


def look(now: datetime) -> None:
    """Sets them; where a store is away they stay as they were."""
    with suppress(redis.RedisError):
        for shard in range(settings.INGEST_SHARDS):
            metrics.WRITER_LAG.labels(shard=shard).set(buffer.backlog(shard, now).lag_s)
    with suppress(DatabaseError):
        metrics.USAGE_DIFFERENCE.set(reconcile.differing_days())
        for what, events in conservation.unaccounted(now).items():
            metrics.UNACCOUNTED.labels(what=what).set(events)
