"""The address a request came from. What a proxy says is believed only of the proxies in TRUSTED_PROXIES."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings

MAX_HEADER_CHARS = 1000  # of its end, which is what the proxies wrote


def client_address(environ: Mapping[str, Any]) -> str:
    """The nearest address that is no trusted proxy. Anybody can write X-Forwarded-For, so it is read from the right."""
    peer = plain(environ.get("REMOTE_ADDR", ""))
    forwarded: str = environ.get("HTTP_X_FORWARDED_FOR", "")
    if not forwarded:
        return peer
    proxies = tuple(settings.TRUSTED_PROXIES)
    hops = forwarded[-MAX_HEADER_CHARS:].split(",")
    address = peer
    while hops and _is_trusted(address, proxies):
        address = plain(hops.pop().strip() or address)
    return address if _is_address(address) else peer


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """::ffff:9.9.9.9 is 9.9.9.9, as it is written where one socket serves both versions. Counted as IPv6 all of those
    would be one sender."""
    parsed = ip_address(text) if _is_address(text) else None
    mapped = parsed.ipv4_mapped if parsed and parsed.version == 6 else None
    return str(mapped) if mapped else text


@lru_cache(maxsize=8192)
def _is_trusted(address: str, proxies: tuple[str, ...]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in _networks(proxies))


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(proxy, strict=False) for proxy in proxies)


@lru_cache(maxsize=8192)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
