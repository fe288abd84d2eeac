"""What is remembered of a visitor between two batches: the visits that may still grow, and who the person is."""

import hashlib
from functools import lru_cache
from typing import NamedTuple

import msgspec

Key = tuple[int, int]  # (dataset_id, visitor)


class Entry(NamedTuple):
    """Where a visit came from and with what: taken from its first page view (until there is one, its first event).
    In the order of the columns that `events` and `sessions` share."""

    referrer: str = ""
    source: str = ""
    channel: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""


class Device(NamedTuple):
    country: str = ""
    region: str = ""
    city: str = ""
    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    device: str = ""
    screen: str = ""
    language: str = ""
    bot: str = ""


class Visit(msgspec.Struct, array_like=True):
    """One visit. `events` counts every stored event of it and is the version of its row."""

    id: int  # (start_s << 32) | low 32 bits of the visitor
    client_session: int  # the script's own id; 0: none
    start_ms: int
    stop_ms: int
    events: int = 0
    pageviews: int = 0
    is_interactive: bool = False
    engaged_ms: int = 0
    bounce_ms: int = 0  # the workspace's threshold when the last event arrived
    value: float = 0.0
    user_id: str = ""
    person: int = 0
    entry_ms: int = 0
    exit_ms: int = 0
    host: str = ""
    entry_page: str = ""
    exit_page: str = ""
    entry: Entry = Entry()
    device: Device = Device()
    engaged: dict[str, int] = {}  # page view → engaged ms of it that are counted

    @property
    def is_bounce(self) -> bool:
        """One page, nothing done there, hardly looked at. A threshold of 0 leaves the looking out."""
        is_brief = not self.bounce_ms or self.engaged_ms < self.bounce_ms
        return self.pageviews == 1 and not self.is_interactive and is_brief


class Visitor(msgspec.Struct, array_like=True):
    visits: list[Visit] = []
    forgotten: int = 0  # visits that are no longer in the list though they may still grow
    user_id: str = ""
    person: int = 0  # 0: nobody known, the visitor itself counts


@lru_cache(maxsize=65_536)
def person_of(dataset_id: int, user_id: str) -> int:
    """The person behind a customer's own user id: the same on every device, another in every dataset."""
    return int.from_bytes(hashlib.blake2b(f"{dataset_id}:{user_id}".encode(), digest_size=8).digest())
