"""May a page of this origin send with this key? Keeps noise out; no security, as programs write any Origin."""

from functools import lru_cache
from urllib.parse import urlsplit

from config.lib.problems import Problem
from tracking.keys import KeyGrant
from workspaces import refusals

USUAL_PORTS = {"http": 80, "https": 443}


def check(grant: KeyGrant, origin: str) -> None:
    """Raises Problem 403. Without an Origin the request comes from no page."""
    if not grant.can_write:
        raise Problem(403, "scope", "This key may only read. Send events with a key that has the permission to write.")
    if origin and grant.is_secret:
        raise Problem(
            403, "secret_key_in_browser", "A secret key was sent from a web page. Revoke it and use a publishable one."
        )
    if origin and grant.allowed_hosts and not is_allowed(origin, grant.allowed_hosts):
        refusals.note(grant.dataset_id, "origin", origin)
        raise Problem(403, "origin", "This workspace takes events from the hosts in its settings only.")


@lru_cache(maxsize=4096)
def is_allowed(origin: str, allowed_hosts: tuple[str, ...]) -> bool:
    """Compares host and port as parsed: "good.com.evil.com" is not good.com. "*.good.com" stands for all below it."""
    try:
        parsed = urlsplit(origin)
        host, port = (parsed.hostname or "").rstrip("."), parsed.port
    except ValueError:
        return False
    if not host:
        return False
    if port is not None and port != USUAL_PORTS.get(parsed.scheme):
        host = f"{host}:{port}"
    return any(
        host == name or name.startswith("*.") and host.endswith(name[1:]) for name in map(str.lower, allowed_hosts)
    )
