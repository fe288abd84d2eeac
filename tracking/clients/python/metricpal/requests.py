"""What is told of one API request: never its query, its body or its key."""

import hashlib
import logging
import re
from dataclasses import dataclass
from typing import Any

from metricpal.client import Client, default

log = logging.getLogger("metricpal")
EVENT = "api_request"
VERSION = re.compile(r"/(v\d+)(?=/|$)")
# Parts of a path that name one thing: numbers, UUIDs, long hexadecimal texts.
NAMES_ONE = re.compile(r"/(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-fA-F]{16,})(?=/|$)")


@dataclass(frozen=True)
class Handled:
    """`route` is the pattern that matched, where the framework tells it; `key` is never sent, only a digest of it."""

    method: str
    path: str
    status: int
    duration_ms: float
    route: str = ""
    key: str = ""
    bytes_in: int = 0
    bytes_out: int = 0
    user_id: str | None = None


def route_of(path: str) -> str:
    """ "/users/17" is "/users/:id", so that an endpoint is one row."""
    return NAMES_ONE.sub("/:id", path)


def tell(handled: Handled, client: Client | None) -> None:
    """Never raises."""
    try:
        to = client or default()
        if to is not None:
            to.track(EVENT, _facts(handled), user_id=handled.user_id)
    except Exception:
        log.exception("MetricPal: a request was not counted")


def _facts(handled: Handled) -> dict[str, Any]:
    route = handled.route or route_of(handled.path)
    version = VERSION.search(route)
    return {
        "route": route,
        "method": handled.method,
        "status": handled.status,
        "duration_ms": round(handled.duration_ms, 1),
        "bytes_in": handled.bytes_in,
        "bytes_out": handled.bytes_out,
        "key_id": hashlib.sha256(handled.key.encode()).hexdigest()[:8] if handled.key else "",
        "api_version": version[1] if version else "",
        "non_interaction": True,
    }


def key_in(headers: Any) -> str:
    """Of the usual headers: X-API-Key, or a bearer token. `headers` maps lower-case names to texts."""
    return headers.get("x-api-key") or str(headers.get("authorization", "")).partition(" ")[2]


def number(text: Any) -> int:
    return int(text) if str(text or "").isdecimal() else 0
