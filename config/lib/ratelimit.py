"""Token buckets in the cache, shared by all processes and hosts, by the cache server's own clock.

A process takes tokens in small lots and spends them without asking again: a tenth of a second's worth, so that a busy
bucket costs ten questions a second and not one for each request. The first lot after a second's rest is on credit: who
stays far below the limit, as nearly everybody does, costs no question at all, and who needs more pays for it with the
next lot. Without the cache nobody is refused.
"""

import math
import threading
import time
from dataclasses import dataclass
from typing import NamedTuple

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


class _Lot(NamedTuple):
    left: int = 0
    until: float = 0.0
    owed: int = 0  # of it, to be paid when more is asked for


_NONE = _Lot()
_lots: dict[str, _Lot] = {}
_lock = threading.Lock()
_away_until = 0.0


def wait_seconds(bucket: str, limit: Limit) -> int:
    """0, and a token is taken; or after how many seconds to try again. Never raises."""
    size, now_s = max(1, int(limit.rate * LOT_SECONDS)), time.monotonic()
    with _lock:
        lot = _lots.get(bucket, _NONE)
        if now_s >= lot.until:  # a lot of one token is too dear to be lent
            lot = _Lot(size, now_s + LOT_LIVES_SECONDS, size) if size > 1 else _NONE
        if lot.left > 0:
            _keep(bucket, lot._replace(left=lot.left - 1))
            return 0
    return 0 if now_s < _away_until else _ask(bucket, limit, size, lot.owed)


def _ask(bucket: str, limit: Limit, size: int, owed: int) -> int:
    global _away_until
    until = time.monotonic() + LOT_LIVES_SECONDS
    try:
        script = cache_client().register_script(_TAKE)
        given, wait_s = script([f"limit:{bucket}"], [limit.rate, limit.burst, size + owed])
    except redis.RedisError:
        _away_until = time.monotonic() + ASKED_AGAIN_SECONDS
        return 0
    left = given - owed
    with _lock:
        _keep(bucket, _Lot(max(0, left - 1), until, max(0, -left)))
    return 0 if left > 0 else max(1, math.ceil(wait_s))


def _keep(bucket: str, lot: _Lot) -> None:
    if len(_lots) >= REMEMBERED_AT_MOST:
        _lots.clear()
    _lots[bucket] = lot


def forget() -> None:
    """Gives up the lots of this process."""
    global _away_until
    _lots.clear()
    _away_until = 0.0
