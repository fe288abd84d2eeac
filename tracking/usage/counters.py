"""What an organization has used in the present day and month: what limits are compared with, on the way in.

    used:{organization}:{YYYY-MM-DD}, used:{organization}:{YYYY-MM}    hashes in the log's Valkey; of UTC

| field             | holds                                                             |
|-------------------|-------------------------------------------------------------------|
| {metric}          | how much of it was used                                           |
| {metric}:k{key}   | how much of that with one key                                     |
| ready             | what was used before the hash was made is in it, too (usage.warm) |

An event counts when it is logged. One that turns out to be a repetition is given back when its batch is stored.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from config.lib.redis_clients import buffer_client

READY = "ready"
DAY_KEPT_S, MONTH_KEPT_S = 40 * 86_400, 100 * 86_400
KEPT_S = (DAY_KEPT_S, MONTH_KEPT_S)


def keys(organization_id: int, now: datetime) -> tuple[str, str]:
    """The hashes of the day and of the month."""
    return _keys(organization_id, now.astimezone(UTC).date())


def field(metric: str, key_id: int | None = None) -> str:
    return f"{metric}:k{key_id}" if key_id else metric


def used(organization_id: int, metric: str, period: str, now: datetime, key_id: int | None = None) -> int:
    """Of the day or month that `now` lies in. Raises redis.RedisError."""
    found: Any = buffer_client().hget(_key(organization_id, period, now), field(metric, key_id))
    return int(found or 0)


def everything(organization_id: int, period: str, now: datetime) -> dict[str, int]:
    """By field. Raises redis.RedisError."""
    return of_many([organization_id], period, now)[organization_id]


def of_many(organization_ids: list[int], period: str, now: datetime) -> dict[int, dict[str, int]]:
    """The same of several organizations, in one round trip."""
    with buffer_client().pipeline(transaction=False) as pipe:
        for each in organization_ids:
            pipe.hgetall(_key(each, period, now))
        found: list[dict[bytes, bytes]] = pipe.execute()
    return {
        each: {name.decode(): int(number) for name, number in hash_.items() if name != READY.encode()}
        for each, hash_ in zip(organization_ids, found, strict=True)
    }


def _key(organization_id: int, period: str, now: datetime) -> str:
    return keys(organization_id, now)[period == "month"]


@lru_cache(maxsize=4096)
def _keys(organization_id: int, day: date) -> tuple[str, str]:
    return f"used:{organization_id}:{day:%Y-%m-%d}", f"used:{organization_id}:{day:%Y-%m}"
