"""One event as its sender wrote it → one event as the log keeps it, or the reason why not. Pure."""

from typing import Any, NamedTuple

from tracking import event_ids, filters, moments, properties
from tracking.event_names import clean_name
from tracking.events import STORED_VALUE_CHARS, Accepted, EventType, Quarantined
from tracking.payloads import Frame, RawEvent, convert
from tracking.rules import DEFAULT, Rules
from tracking.schemas import compiled
from tracking.schemas.compiled import Finding, Schemas
from tracking.steps import privacy
from tracking.steps.visitor import of_id
from tracking.trees import Rejected
from tracking.usage import DropReason
from tracking.visits import person_of

TYPES = frozenset(EventType)
VIEW_CHARS = 64  # of a page view's id: it is remembered as long as the visit
NAMED: dict[str, str] = {EventType.CUSTOM: "event_name", EventType.GOAL: "goal_name"}
# Their properties speak of the page; elsewhere a "title" may be that of a song.
ABOUT_PAGES = frozenset({EventType.PAGE_VIEW, EventType.SESSION_START})
IDENTIFYING = frozenset({EventType.IDENTIFY, EventType.AUTO_IDENTIFY})
NAMING = ("user_id", "email_hash", "email_sha256", "email")  # their properties that say who it is; the first one counts
# Members of the enumeration take longer to find than all that is done with them here.
CUSTOM, PAGE_EXIT = EventType.CUSTOM.value, EventType.PAGE_EXIT.value
LONGEST = properties.FIELDS


class Arrival(NamedTuple):
    """What holds for all events of a request."""

    dataset_id: int
    received_ms: int
    skew_ms: int  # by how much the sender's clock is behind
    sent_ms: int
    is_server: bool  # came with a secret key
    visitor: int  # who sent it, for events that name nobody
    screen: str
    language: str
    rules: Rules = DEFAULT
    is_limited: bool = False  # nobody may be identified
    nonce: bytes = b""  # of this request alone
    oldest: moments.Oldest = moments.RECENT
    schemas: Schemas = compiled.NONE


class Judgement(NamedTuple):
    """An event that is taken, with what its schema finds wrong; or one that is set aside."""

    event: Accepted
    finding: Finding | None = None
    quarantined: Quarantined | None = None


def judge(tree: dict[str, Any], frame: Frame, arrival: Arrival, index: int) -> Judgement:
    """Raises Rejected."""
    raw = convert(tree)
    props = raw.properties or raw.event_data or raw.props or {}
    kind, written = _kind(raw)
    at_ms = _moment(raw, arrival)
    user_id = _user(raw, frame, kind, props, arrival)
    visitor, session = _who(raw, frame, arrival, user_id)
    event = Accepted(
        event_id=_event_id(raw, arrival, (visitor or arrival.visitor, session, written, props), index),
        type=kind,
        name=_own_name(raw, kind, written, props),
        at_ms=at_ms,
        visitor=visitor,
        session=session,
        user_id=user_id,
        screen=arrival.screen,
        language=arrival.language,
    )
    finding = _checked(event, raw, frame, props, arrival) if arrival.schemas else None
    as_sent = dict(props) if finding and finding.mode == "quarantine" else None
    _place(event, raw, frame, props)
    _measure(event, props)
    _describe(event, raw, frame, props, arrival)
    filters.check_page(arrival.rules, event.url)
    if arrival.is_limited:
        filters.without_ids(event)
    if not arrival.rules.keeps_personal_data:
        privacy.without_personal_data(event)
    if finding is None:
        return Judgement(event)
    return Judgement(event, finding, _set_aside(event, finding, as_sent, arrival) if as_sent is not None else None)


def _checked(event: Accepted, raw: RawEvent, frame: Frame, props: dict[str, Any], arrival: Arrival) -> Finding | None:
    """What its schema finds wrong, after the rules repaired `props`."""
    written = raw.schema_id or frame.schema_id or props.get("schema_id")
    named = written if isinstance(written, str) else None
    if arrival.schemas.has_renames and event.type in NAMED:
        event.name = arrival.schemas.name_of(named, event.name)
    return arrival.schemas.check(
        named,
        event.name,
        props,
        (raw, frame),
        arrival.dataset_id,
    )


def _set_aside(event: Accepted, finding: Finding, as_sent: dict[str, Any], arrival: Arrival) -> Quarantined:
    kept = privacy.kept_of(as_sent, arrival.rules.keeps_personal_data)
    causes = [f"{fault.code}:{fault.name}" for fault in finding.faults]
    details = [fault.detail for fault in finding.faults]
    return Quarantined(event, finding.schema, finding.event, causes, details, kept, finding.ruled)


def filled(event: Accepted, props: dict[str, Any], rules: Rules) -> Accepted:
    """An event that was set aside, with repaired properties, as it would have been taken. Empties `props`."""
    said = event.traits
    if event.type in IDENTIFYING:  # its properties are said of the person too: as they are now, not as they came
        said = {name: value for name, value in said.items() if event.props.get(name) != value}
    raw = RawEvent(
        url=event.url,
        referrer=event.referrer,
        title=event.title,
        page_view_id=event.props.get("page_view_id"),
        schema_id=event.props.get("schema_id"),
        user_properties=dict(said),
        user_properties_once=dict(event.traits_once),
    )
    arrival = Arrival(0, 0, 0, 0, is_server=False, visitor=0, screen="", language="", rules=rules)
    kept_signal = {"gpc": event.props["gpc"]} if "gpc" in event.props else {}
    _place(event, raw, Frame(), props)
    _measure(event, props)
    _describe(event, raw, Frame(), props, arrival)
    event.props |= kept_signal
    if not rules.keeps_personal_data:
        privacy.without_personal_data(event)
    return event


def _kind(raw: RawEvent) -> tuple[str, str]:
    """(EventType, what the sender calls it)."""
    written = raw.event_type or raw.type or raw.event or raw.event_name or raw.name
    if not written:
        raise Rejected(DropReason.NAME, "Say what happened, as event_type: page_view, custom, …", "/event_type")
    return (written, written) if written in TYPES else (CUSTOM, written)


def _own_name(raw: RawEvent, kind: str, written: str, props: dict[str, Any]) -> str:
    if kind not in NAMED:
        return kind
    if written != kind:
        return clean_name(written)
    given = properties.take_text(props, NAMED[kind]) or raw.event_name or raw.name or raw.event
    return clean_name(given or kind)


def _moment(raw: RawEvent, arrival: Arrival) -> int:
    if raw.timestamp is None:
        return arrival.received_ms
    written_ms = moments.epoch_ms(raw.timestamp)
    clock = (arrival.skew_ms, arrival.sent_ms, arrival.received_ms)
    return moments.place(written_ms, *clock, arrival.oldest)


def _user(raw: RawEvent, frame: Frame, kind: str, props: dict[str, Any], arrival: Arrival) -> str:
    """Whom the event names, as it is stored."""
    given = (raw.user_id or frame.user_id or _identity(kind, props))[:STORED_VALUE_CHARS]
    return given if arrival.rules.keeps_personal_data else privacy.identity(arrival.dataset_id, given)


def _who(raw: RawEvent, frame: Frame, arrival: Arrival, user_id: str) -> tuple[int, int]:
    """(visitor, session) as hashes of the ids the event carries; 0 where it carries none."""
    dataset_id, session_id = arrival.dataset_id, raw.session_id or frame.session_id
    session = of_id(dataset_id, "session", session_id) if session_id else 0
    if visitor_id := raw.visitor_id or frame.visitor_id:
        return of_id(dataset_id, "visitor", visitor_id), session
    if raw.user_id or frame.user_id:
        return of_id(dataset_id, "user", user_id), session
    # All events of a server come from one address: without this they would be one visitor.
    return session if arrival.is_server else 0, session


def _event_id(raw: RawEvent, arrival: Arrival, said: tuple[Any, ...], index: int) -> bytes:
    """The sender's id, or one from what the event says. Without a time of its own nothing tells two events apart."""
    if written := raw.id or raw.event_id:
        return event_ids.read(written)
    # Who only has the public key cannot use up the ids that the customer's own server will send.
    source = (arrival.dataset_id, arrival.is_server)
    if raw.insert_id:
        return event_ids.derive(*source, raw.insert_id)
    if raw.timestamp is None:
        # The moment of arrival tells nothing apart: two requests may come in one millisecond. That one is sent again
        # is told by its bytes (ingest.entries.request_key).
        return event_ids.derive(arrival.nonce, index)
    return event_ids.derive(*source, *said, raw.timestamp)


def _identity(kind: str, props: dict[str, Any]) -> str:
    """Who the visitor turned out to be."""
    if kind not in IDENTIFYING:
        return ""
    for name in NAMING:
        value = props.get(name)
        if isinstance(value, str) and (given := value.strip()):
            # An address and its hash are the same in capitals. An id of the customer's own is as its server sends it.
            return given if name == "user_id" and "@" not in given else given.lower()
    return ""


def _place(event: Accepted, raw: RawEvent, frame: Frame, props: dict[str, Any]) -> None:
    """Page address, title and referrer: the event's own, its properties', or those of the request."""
    event.url = (raw.url or properties.take_text(props, "url") or frame.url or "")[: LONGEST["url"]]
    if event.type not in ABOUT_PAGES:
        event.referrer = (raw.referrer or "")[: LONGEST["referrer"]]
        event.title = (raw.title or "")[: LONGEST["title"]]
        return
    referrer = properties.take_text(props, "referrer") or raw.referrer or frame.referrer or ""
    title = properties.take_text(props, "title") or raw.title or frame.title or ""
    event.referrer, event.title = referrer[: LONGEST["referrer"]], title[: LONGEST["title"]]
    if props:
        event.screen = properties.take_text(props, "screen")[: LONGEST["screen"]] or event.screen
        event.language = properties.take_text(props, "language")[: LONGEST["language"]] or event.language


def _describe(event: Accepted, raw: RawEvent, frame: Frame, props: dict[str, Any], arrival: Arrival) -> None:
    """The other properties as text, and what is so of the person."""
    keeps = arrival.rules.keeps_personal_data
    event.props = properties.flatten(props, keeps) if props else {}
    if event.type == PAGE_EXIT and (view := raw.page_view_id or frame.page_view_id):
        # One page view may report several exits, each with the total so far.
        event.props["page_view_id"] = view[:VIEW_CHARS]
    if schema := raw.schema_id or frame.schema_id:
        event.props["schema_id"] = schema[:STORED_VALUE_CHARS]
    if raw.user_properties:
        event.traits = properties.traits(raw.user_properties, keeps)
    if event.type in IDENTIFYING:
        event.traits = event.props | event.traits
    if raw.user_properties_once:
        event.traits_once = properties.traits(raw.user_properties_once, keeps)
    if raw.previous_id:
        event.previous = _previous(raw.previous_id, arrival)


def _previous(written: str, arrival: Arrival) -> list[int]:
    """Whom an id may have named before: a browser, a user without one, a person."""
    dataset_id = arrival.dataset_id
    user_id = written if arrival.rules.keeps_personal_data else privacy.identity(dataset_id, written)
    return [of_id(dataset_id, "visitor", written), of_id(dataset_id, "user", user_id), person_of(dataset_id, user_id)]


def _measure(event: Accepted, props: dict[str, Any]) -> None:
    """Amounts that have columns: engaged time, scroll depth, value."""
    kind = event.type
    if kind in properties.SCROLLED:
        event.scroll = round(properties.take_number(props, properties.SCROLLED[kind], 0, 100))
    if kind in properties.ENGAGED:
        event.engaged_ms = round(
            properties.take_number(props, properties.ENGAGED[kind], 0, properties.LONGEST_ENGAGED_MS)
        )
    if kind in properties.WORTH:
        event.value = next(filter(None, (properties.take_amount(props, name) for name in properties.WORTH[kind])), 0.0)
        event.currency = properties.take_currency(props)
