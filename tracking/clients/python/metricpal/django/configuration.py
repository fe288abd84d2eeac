"""The setting METRICPAL, read and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KNOWN = ("URL", "KEY", "CONTAINER", "IDENTIFY", "OPTIONS")
CONTAINER = re.compile(r"c_[0-9a-f]{16}")


@dataclass(frozen=True)
class Configuration:
    """`url` without a slash at its end; of `key` and `container` exactly one is given."""

    url: str
    key: str = ""
    container: str = ""
    identify: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


def configuration() -> Configuration | None:
    """None where MetricPal is not configured, as in tests and development. Raises ImproperlyConfigured."""
    given = getattr(settings, "METRICPAL", None) or {}
    if unknown := [name for name in given if name not in KNOWN]:
        raise ImproperlyConfigured(f"METRICPAL has no {', '.join(unknown)}. It knows {', '.join(KNOWN)}.")
    if not given.get("URL"):
        return None
    read = Configuration(
        given["URL"].rstrip("/"),
        given.get("KEY", ""),
        given.get("CONTAINER", ""),
        bool(given.get("IDENTIFY")),
        given.get("OPTIONS", {}),
    )
    _check(read)
    return read


def _check(read: Configuration) -> None:
    if bool(read.key) == bool(read.container):
        raise ImproperlyConfigured("METRICPAL needs either KEY or CONTAINER.")
    if read.key.startswith("mp_secret_"):
        raise ImproperlyConfigured("METRICPAL has a secret key. A page shows it to everybody: use a publishable one.")
    if read.container and not CONTAINER.fullmatch(read.container):
        raise ImproperlyConfigured("METRICPAL.CONTAINER is no id of a container: c_ and 16 hexadecimal digits.")
