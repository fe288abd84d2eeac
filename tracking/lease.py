"""One writer at a time. A second one waits; one that slept past its lease finds every seal and commit refused.

The lease covers all shards together, not one each: the duplicate check is exact because whoever decides about a batch
has seen every batch before it, of every shard (tracking/dedupe.py).

    lease:writer   the holder's token, for TTL_MS; renewed by a thread, so that a long insert does not lose it
    fence:writer   the newest token given out; a holder of an older one may no longer change anything
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from config.lib.redis_clients import buffer_client

log = logging.getLogger(__name__)

LEASE, FENCE = "lease:writer", "fence:writer"
TTL_MS = 3000

_ACQUIRE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
return token
"""
# Expired, but nobody took it meanwhile: it is still ours.
_RENEW = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class LeaseLost(Exception):
    """Another writer has taken over."""


def acquire() -> int | None:
    """A fencing token, higher than all before it; None while another writer holds the lease."""
    return buffer_client().register_script(_ACQUIRE)([LEASE, FENCE], [TTL_MS]) or None


def check(fence: int) -> None:
    """Raises LeaseLost when a newer token was given out."""
    if buffer_client().get(FENCE) != str(fence).encode():
        raise LeaseLost


def release(fence: int) -> None:
    buffer_client().register_script(_RELEASE)([LEASE], [fence])


@contextmanager
def renewed(fence: int) -> Iterator[None]:
    """Keeps the lease while the block runs."""
    done = threading.Event()
    thread = threading.Thread(target=_renew, args=(fence, done), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew(fence: int, done: threading.Event) -> None:
    renew = buffer_client().register_script(_RENEW)
    while not done.wait(TTL_MS / 3000):
        try:
            if not renew([LEASE, FENCE], [fence, TTL_MS]):
                return  # the next seal or commit is refused, and says so
        except redis.RedisError as error:
            log.debug("lease not renewed: %s", error)
