"""The vocabulary of events, the limits at the door, and the record that travels from the door to the writer.

    HTTP body ──payloads──► RawEvent ──ingest──► Accepted, in an Envelope ──buffer──► writer ──► store

Units: `_ms` epoch milliseconds UTC, ids are unsigned 64-bit numbers unless said otherwise.
"""

from enum import StrEnum
from typing import Any

import msgspec


class EventType(StrEnum):
    """The 13 event types of the tracking script; everything with a name of its own is `custom`."""

    PAGE_VIEW = "page_view"
    CLICK = "click"
    FORM_SUBMIT = "form_submit"
    FORM_INTERACTION = "form_interaction"
    IDENTIFY = "identify"
    AUTO_IDENTIFY = "auto_identify"
    SCROLL = "scroll"
    SEARCH = "search"
    SESSION_START = "session_start"
    SESSION_END = "session_end"
    PAGE_EXIT = "page_exit"
    GOAL = "goal"
    CUSTOM = "custom"


# What a visitor did on purpose: one of these makes a visit no bounce (definitions: canon 2.6, rule 3).
INTERACTIVE = frozenset({EventType.CLICK, EventType.FORM_SUBMIT, EventType.SEARCH, EventType.GOAL, EventType.CUSTOM})

MAX_WIRE_BYTES = 1 << 20  # body as sent
MAX_DECODED_BYTES = 5 << 20  # body after gzip
MAX_EVENTS = 500  # in one request, and in one entry of the log
# What other tools' SDKs may send at once: 2,000 events (Amplitude, Mixpanel), 10 MB (Mixpanel), 6 MB (PostHog), 500 KB
# (Segment). Amplitude's and PostHog's servers take 20 MB; what is beyond ours their SDKs split when they are told 413.
MAX_VENDOR_EVENTS = 2_500
MAX_VENDOR_BYTES = 10 << 20
MAX_VALUES = 500_000  # in a body: whoever sends more wants our time
MAX_EVENT_BYTES = 64 << 10
MAX_DEPTH = 16
MAX_PROPERTIES = 256
MAX_KEY_BYTES = 200
MAX_STRING_BYTES = 8 << 10
MAX_NAME_BYTES = 200
# The store keeps less than the wire allows; longer values are cut, never refused.
STORED_VALUE_CHARS = 1000
STORED_URL_CHARS = 2000
STORED_TITLE_CHARS = 500
MAX_AGE_DAYS = 7  # of a sender that tells its clock: a queue does not keep longer, so the clock must be wrong
MAX_HISTORY_DAYS = 5 * 365  # of one that gives the time of what happened and no more: it may send its history
MAX_AHEAD_SECONDS = 60  # a clock may run ahead this far; the event then counts as now


class Client(msgspec.Struct, array_like=True, frozen=True):
    """What the door learned from the request itself. No address and no user-agent text leaves the door."""

    visitor: int = 0  # daily salted hash of address and browser: who sent it, where the event names no visitor
    visitor_before: int = 0  # the same under yesterday's salt: keeps a visit whole over the change of salts
    country: str = ""  # ISO 3166-1 alpha-2
    region: str = ""
    city: str = ""
    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    device: str = ""  # desktop, phone, tablet, tv, console or ""
    bot: str = ""  # the bot's name, or ""


class Accepted(msgspec.Struct, array_like=True):
    """One valid event. Empty means not given."""

    event_id: bytes  # 16 bytes, the dedupe key within its dataset
    type: str  # an EventType
    name: str  # the customer's own name for custom and goal, else the type
    at_ms: int
    visitor: int = 0  # hash of the id the event carried; 0: Client.visitor
    session: int = 0  # hash of the session id the event carried; 0: decided by time
    user_id: str = ""
    url: str = ""
    referrer: str = ""
    title: str = ""
    screen: str = ""
    language: str = ""
    value: float = 0.0
    currency: str = ""
    engaged_ms: int = 0
    scroll: int = 0  # percent
    props: dict[str, str] = {}
    traits: dict[str, str] = {}  # of the person, from now on; an empty value removes one
    traits_once: dict[str, str] = {}  # of the person, where nothing is known yet
    previous: list[int] = []  # other ids of the same person: a visitor, a person


class Quarantined(msgspec.Struct, array_like=True):
    """A valid event that does not fit its schema: set aside, to be repaired and counted later."""

    event: Accepted
    schema: str
    event_name: str  # what the schema calls it
    causes: list[str]  # "type:price": code and property
    details: list[str]  # a sentence for each
    properties: dict[str, Any]  # as sent, without what may not be kept
    ruled: int = 0  # the last rule that was applied to them


class Envelope(msgspec.Struct, array_like=True):
    """The events of one request that go to one shard: one entry of the ingest log."""

    dataset_id: int  # workspaces.models.Workspace.dataset_id
    receipt: str
    received_ms: int
    client: Client
    events: list[Accepted]
    timeout_s: int = 1800  # the workspace's session timeout when the event arrived
    bounce_ms: int = 10_000
    host: str = ""  # the workspace's own host: referrers from it are internal
    quarantined: list[Quarantined] = []
    organization: int = 0  # who used it up, and with which key: see usage.counters; 0: nobody
    key: int = 0
