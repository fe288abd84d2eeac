"""Which stores start here: each one for which no URL is configured. Gives programs and everybody's environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import valkey
from config.embedded.eventstore import EventStore
from config.embedded.keys import kept
from config.embedded.postgres import Postgres
from config.embedded.processes import Program
from config.embedded.valkey import Valkey


@dataclass
class Stores:
    """`programs` in the order of their start; `environment`: the URLs under which all others find them."""

    programs: list[Program] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


def embedded(var: Path, configured: Mapping[str, str], port: Callable[[str], int]) -> Stores:
    """Prepare the stores that `configured` (environment and .env) has no URL for, with data below `var`.

    `port` gives each its port by name. Raises Refusal where one cannot run on this machine.
    """
    stores, secrets = Stores(), var / "secrets"
    if not configured.get("DATABASE_URL"):
        postgres = Postgres(var / "postgres", port("postgres"), kept(secrets, "postgres"))
        postgres.prepare()
        stores.programs.append(postgres.program())
        stores.environment["DATABASE_URL"] = postgres.url
    if not configured.get("REDIS_URL"):
        cache = Valkey("redis", var / "redis", port("redis"), kept(secrets, "redis"), valkey.CACHE)
        _add(stores, cache, "REDIS_URL")
    if not configured.get("BUFFER_URL") and not configured.get("REDIS_URL"):  # else it is REDIS_URL's server
        log = Valkey("buffer", var / "buffer", port("buffer"), kept(secrets, "buffer"), valkey.LOG)
        _add(stores, log, "BUFFER_URL")
    if not configured.get("EVENT_STORE_URL"):
        events = EventStore(var / "eventstore", port("eventstore"), kept(secrets, "eventstore"))
        stores.programs.append(events.program())
        stores.environment["EVENT_STORE_URL"] = events.url()
    return stores


def _add(stores: Stores, server: Valkey, name: str) -> None:
    server.prepare()
    stores.programs.append(server.program())
    stores.environment[name] = server.url()
