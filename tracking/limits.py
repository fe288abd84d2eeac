"""How much one key and one address may send, and how often one address may guess keys.

An address counts only where it is one sender's: a public one, or one that a trusted proxy names. A private address that
no proxy explains is usually everybody behind a proxy that nobody told us of.
"""

import time
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from config.lib.addresses import client_address, plain
from config.lib.problems import Problem
from config.lib.ratelimit import Limit, wait_seconds
from config.lib.settled import settled
from tracking.keys import KeyGrant

BURST_SECONDS = 10  # how much of the rate may come at once
GUESSES = Limit(rate=1 / 3, burst=20)
BLOCKED_AT_MOST = 10_000

_blocked: dict[str, float] = {}  # address → until when its unknown keys are not even looked up


def sender_of(environ: Mapping[str, Any]) -> str:
    """The address to count by, or "". Of IPv6 the half that a subscriber is given."""
    address = client_address(environ)
    return _sender(address, address == plain(environ.get("REMOTE_ADDR", "")))


@lru_cache(maxsize=1024)
def _sender(address: str, is_peer: bool) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if is_peer and not parsed.is_global:
        return ""
    return str(ip_network(f"{address}/64", strict=False)) if parsed.version == 6 else address


def check(grant: KeyGrant, raw: str, sender: str) -> None:
    """Raises Problem 429. A customer's server sends for many visitors, so only its key is counted."""
    if settled.INGEST_KEY_RATE:
        _spend(f"key:{raw}", settled.INGEST_KEY_RATE, "This key")
    if sender and settled.INGEST_ADDRESS_RATE and not grant.is_secret:
        _spend(f"address:{sender}", settled.INGEST_ADDRESS_RATE, "This address")


def check_guessing(sender: str) -> None:
    """Raises Problem 429 while the address has used up its guesses. Asks nobody."""
    until = _blocked.get(sender, 0.0)
    if until > time.monotonic():
        raise _too_many("This address has sent too many unknown keys.", int(until - time.monotonic()) + 1)


def note_guess(sender: str) -> None:
    """An unknown key came from the address. Raises Problem 429 when it was one too many."""
    if not sender:
        return
    wait_s = wait_seconds(f"guess:{sender}", GUESSES)
    if wait_s:
        if len(_blocked) >= BLOCKED_AT_MOST:
            _blocked.clear()
        _blocked[sender] = time.monotonic() + wait_s
        check_guessing(sender)


def _spend(bucket: str, rate: int, who: str) -> None:
    wait_s = wait_seconds(bucket, Limit(rate, rate * BURST_SECONDS))
    if wait_s:
        raise _too_many(f"{who} sends more than {rate} requests a second. Send several events in one request.", wait_s)


def _too_many(detail: str, wait_s: int) -> Problem:
    return Problem(429, "rate_limit", detail, headers={"Retry-After": str(max(1, wait_s))})
