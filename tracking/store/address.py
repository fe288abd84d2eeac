"""EVENT_STORE_URL, read: http(s)://user:token@host:port/database[?topology=replicated|sharded&cluster=name].

http://default:s3cret@127.0.0.1:8123/metricpal          the embedded store, or one ClickHouse server
https://metricpal:s3cret@ch.example.com:8443/metricpal?topology=sharded&cluster=metricpal
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, cast, get_args
from urllib.parse import parse_qs, unquote, urlsplit

Topology = Literal["single", "replicated", "sharded"]


@dataclass(frozen=True)
class Address:
    secure: bool
    host: str
    port: int
    user: str
    token: str
    database: str
    topology: Topology = "single"
    cluster: str = "metricpal"

    @property
    def is_local(self) -> bool:
        return self.host in ("127.0.0.1", "localhost", "::1")


@cache
def parse(url: str) -> Address:
    """Raises ValueError with the form that is expected."""
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    topology = options.get("topology", "single")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("EVENT_STORE_URL must look like http://user:token@host:8123/database")
    if topology not in get_args(Topology):
        raise ValueError(
            f"topology in EVENT_STORE_URL must be one of {', '.join(get_args(Topology))}, not {topology!r}"
        )
    return Address(
        secure=parts.scheme == "https",
        host=parts.hostname,
        port=parts.port or (8443 if parts.scheme == "https" else 8123),
        user=unquote(parts.username or "default"),
        token=unquote(parts.password or ""),
        database=parts.path.strip("/") or "metricpal",
        topology=cast(Topology, topology),
        cluster=options.get("cluster", "metricpal"),
    )
