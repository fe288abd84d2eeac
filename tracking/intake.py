"""How the way in is doing now: what status pages say first, for operators and for the members of a workspace.

log (how much waits, since when) ──state──► State, in words
"""

from dataclasses import dataclass, replace
from datetime import datetime

import redis
from django.conf import settings

from tracking import buffer, spool

LATE_S = 60.0  # a healthy writer is a second behind


@dataclass(frozen=True)
class State:
    """`code` is stable: well, behind, away. Of the log as it is now; empty while it cannot be read."""

    code: str
    headline: str
    advice: str = ""
    watermark: datetime | None = None  # everything acknowledged before it is counted
    lag_s: float = 0.0  # age of the oldest event that is not stored
    waiting: int = 0  # requests
    kept: int = 0  # requests on the disks of this machine's web processes, while the log is away and shortly after
    broken: int = 0  # entries of the log that could not be stored, since ever


def watermark() -> datetime:
    """Everything acknowledged before this moment is stored. Raises redis.RedisError."""
    until, kept = buffer.watermark(), spool.oldest()
    return min(until, kept) if kept else until


def state(now: datetime) -> State:
    """Never raises."""
    try:
        shards = [buffer.backlog(shard, now) for shard in range(settings.INGEST_SHARDS)]
        until = watermark()
    except redis.RedisError:
        advice = "What was acknowledged is on disk; what comes is kept there too, and counted when it is back."
        return State("away", "The ingest log gives no answer.", advice, kept=spool.waiting())
    lag_s, waiting = max(each.lag_s for each in shards), sum(each.entries for each in shards)
    well = State(
        "well",
        "Events are taken and counted within seconds.",
        watermark=until,
        lag_s=lag_s,
        waiting=waiting,
        kept=spool.waiting(),
        broken=sum(each.quarantined for each in shards),
    )
    if lag_s > LATE_S:
        advice = "Nothing is lost: the log keeps them, and they count at the time at which they happened."
        return replace(well, code="behind", headline="Events are taken, and stored later than usual.", advice=advice)
    return well
