"""Token buckets in the cache, shared by all processes and hosts, by the cache server's own clock.

A process takes tokens in small lots and spends them without asking again: a tenth of a second's worth, so that a busy
bucket costs ten questions a second and not one for each request. Without the cache nobody is refused.
"""

import math
import threading
import time
from dataclasses import dataclass

import redis

from config.lib.redis_clients import cache_client

LOT_SECONDS = 0.1  # what one lot is worth
LOT_LIVES_SECONDS = 1.0
ASKED_AGAIN_SECONDS = 1.0  # a cache that gave no answer is left alone for so long: a request may not wait for it
REMEMBERED_AT_MOST = 10_000

_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = kept[1] and math.min(burst, kept[1] + math.max(0, now - kept[2]) * rate) or burst
local given = math.min(wanted, math.floor(tokens))
if given < 1 then return {0, math.ceil((1 - tokens) / rate)} end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - given), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return {given, 0}
"""


@dataclass(frozen=True)
class Limit:
    """`rate` a second in the long run, `burst` at once."""

    rate: float
    burst: int


_lots: dict[str, tuple[int, float]] = {}  # bucket → (tokens left, until when)
_lock = threading.Lock()
_away_until = 0.0


def wait_seconds(bucket: str, limit: Limit) -> int:
    """0, and a token is taken; or after how many seconds to try again. Never raises."""
    global _away_until
    with _lock:
        left, until = _lots.get(bucket, (0, 0.0))
        if left > 0 and time.monotonic() < until:
            _lots[bucket] = (left - 1, until)
            return 0
    if time.monotonic() < _away_until:
        return 0
    lot = max(1, int(limit.rate * LOT_SECONDS))
    try:
        given, wait_s = cache_client().register_script(_TAKE)([f"limit:{bucket}"], [limit.rate, limit.burst, lot])
    except redis.RedisError:
        _away_until = time.monotonic() + ASKED_AGAIN_SECONDS
        return 0
    if not given:
        return max(1, math.ceil(wait_s))
    with _lock:
        if len(_lots) >= REMEMBERED_AT_MOST:
            _lots.clear()
        _lots[bucket] = (given - 1, time.monotonic() + LOT_LIVES_SECONDS)
    return 0


def forget() -> None:
    """Gives up the lots of this process."""
    global _away_until
    _lots.clear()
    _away_until = 0.0
