"""Counters that were lost begin again with what the ledger knows, so that a limit is never used up twice."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from config.lib.redis_clients import buffer_client
from tracking.usage import counters, ledger

# What was counted meanwhile stays where it is more: the book is a few minutes behind.
_WARM = """
if redis.call('HEXISTS', KEYS[1], 'ready') == 1 then return 0 end
for i = 2, #ARGV, 2 do
    if tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or 0) < tonumber(ARGV[i + 1]) then
        redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    end
end
redis.call('HSET', KEYS[1], 'ready', 1)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""


def warm(organization_id: int, keys: Sequence[str]) -> None:
    """Makes the counters of a day and a month complete. Raises DatabaseError, redis.RedisError."""
    script = buffer_client().register_script(_WARM)
    for key, kept_s in zip(keys, counters.KEPT_S, strict=True):
        booked = ledger.sums(organization_id, *_bounds(key))
        arguments: list[str | int] = [kept_s]
        for field, quantity in booked.items():
            arguments += (field, quantity)
        script([key], arguments)


def _bounds(key: str) -> tuple[datetime, datetime]:
    """[start, end) of the day or month that the key names."""
    parts = [int(part) for part in key.rpartition(":")[2].split("-")]
    start = date(parts[0], parts[1], parts[2] if len(parts) == 3 else 1)
    end = start + timedelta(1) if len(parts) == 3 else (start + timedelta(32)).replace(day=1)
    return _midnight(start), _midnight(end)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
