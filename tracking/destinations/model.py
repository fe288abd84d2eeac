"""What every destination is given, and what it says became of it."""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

from django.conf import settings

from config.lib.http import HttpError, check_url
from tracking.events import EventType
from workspaces.providers import Provider, SettingError, get

GROUP = "destination"
EVERY_TYPE = frozenset(each.value for each in EventType)
IDENTITIES = frozenset({"identify", "auto_identify", "form_submit"})


@dataclass(frozen=True)
class Event:
    """A stored event as it leaves us: rules applied, personal data taken out where they are not to leave."""

    id: uuid.UUID
    type: str
    name: str  # of custom events and goals their own, else the type; or what a rule calls it
    at: datetime
    received_at: datetime
    visitor_id: str  # our numbers as 16 hexadecimal digits
    session_id: str
    session_start_ms: int
    user_id: str  # "" while nobody was recognized
    url: str  # host and path
    title: str = ""
    referrer: str = ""
    about: Mapping[str, str] = field(default_factory=dict)  # source, country, browser, device … that are known
    value: float = 0.0
    currency: str = ""
    props: Mapping[str, str] = field(default_factory=dict)
    traits: Mapping[str, str] = field(default_factory=dict)  # of the person, as known now; with identities only

    def described(self) -> dict[str, Any]:
        """Everything but ids and traits in one flat object; the sender's own properties win over ours."""
        ours: dict[str, Any] = {"url": self.url, "title": self.title, "referrer": self.referrer, **self.about}
        if self.value:
            ours |= {"value": self.value, "currency": self.currency}
        return {name: value for name, value in ours.items() if value != ""} | dict(self.props)


@dataclass(frozen=True)
class Batch:
    uid: uuid.UUID  # the same whenever the batch is sent again
    at: datetime  # of this attempt
    events: Sequence[Event]


@dataclass(frozen=True)
class Outcome:
    """What the vendor made of a batch that it answered. The three parts add up to the batch."""

    taken: int
    rejected: Mapping[str, int] = field(default_factory=dict)  # the vendor's reason → events
    again: Collection[int] = ()  # places in the batch: not now, but later
    wait_s: int = 0  # how long those that come again have to wait


class Unacceptable(Exception):
    """The vendor refuses the batch as a whole, for what is in it. Parts of it may be taken; a single event is not."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Destination(Provider):
    group = GROUP
    accepts: ClassVar[Collection[str]] = EVERY_TYPE  # event types that are sent unless somebody chooses others
    max_batch: ClassVar[int] = 500
    max_bytes: ClassVar[int] = 1_000_000  # of a request
    wants_traits: ClassVar[bool] = False
    least_s: ClassVar[float] = 0.0  # between two requests
    untyped: ClassVar[Collection[str]] = ()  # settings that nobody types in: see `changed`

    def send(self, batch: Batch) -> Outcome:
        """Raises DeliveryError when nobody can say what became of the batch, Unacceptable when it is refused."""
        raise NotImplementedError

    @classmethod
    def begun(cls, values: Mapping[str, str]) -> Mapping[str, str]:
        """What becomes of the settings with which somebody begins."""
        return values

    def changed(self, values: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """What becomes of the settings when somebody types in `values`."""
        return values

    def check_size(self, body: bytes, batch: Batch) -> None:
        """Raises Unacceptable before the vendor does. A single event goes out all the same: the vendor has the word."""
        if len(body) > self.max_bytes and len(batch.events) > 1:
            raise Unacceptable("too_large")


def of_kind(kind: str) -> type[Destination]:
    """Raises KeyError."""
    return cast(type[Destination], get(GROUP, kind))


def checked_address(name: str, address: str) -> None:
    """For `__post_init__` of settings. Raises SettingError."""
    try:
        check_url(address)
    except HttpError as error:
        raise SettingError(name, str(error)) from error
    # It takes events in the words of other tools: each would come back as a new one, for ever.
    if urlsplit(address).netloc.lower() == urlsplit(settings.SITE_URL).netloc.lower():
        raise SettingError(name, "This is MetricPal itself. Events would go round in circles.")


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; empty where it is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
