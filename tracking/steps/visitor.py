"""Who sent an event: the hash of the id it carries, or, without one, of the address and browser it came from.

The second kind is keyed by a random salt of the day that is forgotten after two, so nobody, we included, can follow
a visitor from one day to the next, or find an address by trying all of them.
"""

import hashlib
import hmac
import secrets
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import redis

from config.lib.redis_clients import buffer_client
from tracking import spool

SALT_SECONDS = 172_800


@lru_cache(maxsize=65_536)
def of_id(dataset_id: int, kind: str, text: str) -> int:
    """64 bits of an id; the same id in another dataset, or of another kind, is another number. Never 0."""
    digest = hashlib.blake2b(text.encode(), digest_size=8, key=dataset_id.to_bytes(4), person=kind.encode()).digest()
    return int.from_bytes(digest) or 1


def without_id(dataset_id: int, address: str, user_agent: str, day: date) -> tuple[int, int]:
    """(today's hash, yesterday's), the second 0 where there was no salt yesterday, or where nobody can tell."""
    message = f"{dataset_id}\0{address}\0{user_agent}".encode("utf-8", "surrogateescape")
    try:
        today, yesterday = _salt(day), _salt_before(day - timedelta(days=1))
    except redis.RedisError:
        spool.suspect()
        return _hash(_salt_of_this_process(day), message), 0
    return _hash(today, message), _hash(yesterday, message) if yesterday else 0


def _hash(salt: bytes, message: bytes) -> int:
    return int.from_bytes(hmac.digest(salt, message, "sha256")[:8]) or 1


# The last days only: a process that forgot a salt must not be able to remember it.
@lru_cache(maxsize=1)
def _salt(day: date) -> bytes:
    """The day's salt, made by whichever process asks first. Raises redis.RedisError."""
    _refuse_while_away()
    fresh = secrets.token_bytes(32)
    found: Any = buffer_client().set(f"salt:{day}", fresh, nx=True, ex=SALT_SECONDS, get=True)
    return fresh if found is None else bytes(found)


@lru_cache(maxsize=1)
def _salt_before(day: date) -> bytes:
    _refuse_while_away()
    found: Any = buffer_client().get(f"salt:{day}")
    return bytes(found or b"")


@lru_cache(maxsize=1)
def _salt_of_this_process(day: date) -> bytes:
    """For events kept while the log is away: who names no visitor may count as two of that day, not as none."""
    return secrets.token_bytes(32)


def _refuse_while_away() -> None:
    """So that no request waits for a server that is known to be silent. What was asked before is remembered."""
    if spool.is_open():
        raise redis.ConnectionError("the log is away")
