"""Events become visits. Pure: the same states and events give the same visits, which is what makes a retry harmless.

    (states of the visitors before, events of a batch) → (states after, each event's visit, the visits that changed)

An event belongs, in this order, to

1. the visit with the session id that the script sent;
2. a visit it falls into: at most `timeout` before its first or after its last event, and the whole no longer than
   24 hours. Midnight cuts nothing. Of several the nearest, so a late event finds its place;
3. for page_exit and session_end, the newest visit: a tab closed the day after is no new visit, nor does it lengthen
   one;
4. a visit of its own.

Everything but 3 moves a visit's first or last moment, as every other event is something the visitor did.
A visit keeps its id for good, even when a late event moves its start: stored rows carry it.

A visit is one bot's or people's: where both share a visitor (a browser that a program drives now and then, an office
whose traffic is marked), 1 to 3 look at the visits of the event's own kind alone. So what reports leave out of events
they leave out of visits, and nobody who did something is without a visit.

Events of a batch are taken in the order of their times, so order of arrival matters only between batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tracking.events import INTERACTIVE, Accepted, Envelope, EventType
from tracking.steps.sources import classify
from tracking.steps.urls import split
from tracking.visits import Device, Entry, Key, Visit, Visitor, person_of

CAP_MS = 24 * 3_600_000
# An event this late may come after its visitor's state is gone (buffer.STATE_TTL_S), so it may not take the plain id.
LATE_MS = CAP_MS // 2
MAX_VISITS = 16  # remembered of one visitor: a sender with a new session id for each event must not grow without end
MAX_VIEWS = 16  # page views of one visit whose engaged time may still grow
LOW = 0xFFFFFFFF
STEP = 0x9E3779B1  # odd, so that it meets every number; large, so that neighbours stay apart
CLOSING = frozenset({EventType.PAGE_EXIT, EventType.SESSION_END})
PAGE_VIEW = EventType.PAGE_VIEW.value  # a member of the enumeration takes four times as long to find as to compare


@dataclass(slots=True)
class Sessions:
    """Lists run parallel to the events."""

    keys: list[Key]
    visits: list[Visit]
    persons: list[int]
    engaged_ms: list[int]
    merges: dict[Key, int] = field(default_factory=dict)  # (dataset, id) → the person it turned out to be
    touched: dict[int, tuple[Key, Visit]] = field(default_factory=dict)

    def visitors(self) -> set[Key]:
        return {key for key, _ in self.touched.values()}


def wanted(events: Sequence[Accepted], envelopes: Sequence[Envelope]) -> set[Key]:
    """The visitors whose states `sessionize` needs."""
    keys = set()
    for event, envelope in zip(events, envelopes, strict=True):
        client = envelope.client
        keys.add((envelope.dataset_id, event.visitor or client.visitor))
        if client.visitor_before and not event.visitor:
            keys.add((envelope.dataset_id, client.visitor_before))
    return keys


def sessionize(states: dict[Key, Visitor], events: Sequence[Accepted], envelopes: Sequence[Envelope]) -> Sessions:
    """Takes over `states` and brings them up to date; visitors without a state get one."""
    size = len(events)
    sessions = Sessions([(0, 0)] * size, [_NO_VISIT] * size, [0] * size, [0] * size)
    for index in sorted(range(size), key=[event.at_ms for event in events].__getitem__):
        event, envelope = events[index], envelopes[index]
        key, state = _visitor(states, event, envelope)
        visit = _find(state, event, envelope) or _open(state, key, event, envelope)
        sessions.engaged_ms[index] = _add(visit, event, envelope)
        sessions.persons[index] = _identify(state, key, visit, event, sessions.merges)
        sessions.keys[index] = key
        sessions.visits[index] = visit
        sessions.touched[id(visit)] = (key, visit)
    return sessions


_NO_VISIT = Visit(0, 0, 0, 0)


def _visitor(states: dict[Key, Visitor], event: Accepted, envelope: Envelope) -> tuple[Key, Visitor]:
    """Who it was. Without an id of the script, a visit that began under yesterday's salt goes on under that name."""
    key = (envelope.dataset_id, event.visitor or envelope.client.visitor)
    state = states.get(key)
    if not event.visitor and envelope.client.visitor_before:
        before = (envelope.dataset_id, envelope.client.visitor_before)
        known = states.get(before)
        if known and _find(known, event, envelope) and not (state and _find(state, event, envelope)):
            return before, known
    if state is None:
        state = states[key] = Visitor()
    return key, state


def _find(state: Visitor, event: Accepted, envelope: Envelope) -> Visit | None:
    at_ms, bot, timeout_ms, visits = event.at_ms, envelope.client.bot, envelope.timeout_s * 1000, state.visits
    if not visits:
        return None
    if event.session:
        visits = [visit for visit in visits if visit.client_session == event.session and visit.device.bot == bot]
        found = [visit for visit in visits if _fits(visit, at_ms, CAP_MS)]
    if not event.session or not visits and event.type in CLOSING:
        # By time; so also where a tab of a visit long forgotten is closed while its visitor is here again: that is no
        # third visit.
        found = [visit for visit in state.visits if _fits(visit, at_ms, timeout_ms) and visit.device.bot == bot]
    if len(found) == 1:
        return found[0]
    if found:
        return min(found, key=lambda visit: (_distance_ms(visit, at_ms), visit.start_ms))
    if event.type in CLOSING:
        return max(
            (visit for visit in visits if visit.device.bot == bot), key=lambda visit: visit.stop_ms, default=None
        )
    return None


def _fits(visit: Visit, at_ms: int, timeout_ms: int) -> bool:
    start_ms, stop_ms = visit.start_ms, visit.stop_ms
    is_near = start_ms - timeout_ms <= at_ms <= stop_ms + timeout_ms
    return is_near and at_ms - start_ms <= CAP_MS and stop_ms - at_ms <= CAP_MS


def _distance_ms(visit: Visit, at_ms: int) -> int:
    return max(visit.start_ms - at_ms, at_ms - visit.stop_ms, 0)


def _open(state: Visitor, key: Key, event: Accepted, envelope: Envelope) -> Visit:
    _forget(state, event.at_ms)
    visit = Visit(_new_id(state, key, event, envelope), event.session, event.at_ms, event.at_ms)
    state.visits.append(visit)
    return visit


def _new_id(state: Visitor, key: Key, event: Accepted, envelope: Envelope) -> int:
    """(start in seconds << 32) | low 32 bits of the visitor; other low bits when a visit has that id already."""
    low = key[1] & LOW
    newest_ms = max([envelope.received_ms, *[visit.stop_ms for visit in state.visits]])
    if state.forgotten or newest_ms - event.at_ms > LATE_MS:
        # A visit we no longer know may have the plain id.
        low ^= (envelope.received_ms * STEP + state.forgotten) & LOW
    taken = {visit.id for visit in state.visits}
    second = event.at_ms // 1000 << 32
    while second | low in taken:
        low = (low + STEP) & LOW
    return second | low


def _forget(state: Visitor, now_ms: int) -> None:
    state.visits = [visit for visit in state.visits if visit.stop_ms >= now_ms - CAP_MS]
    if len(state.visits) >= MAX_VISITS:
        state.visits.remove(min(state.visits, key=lambda visit: visit.stop_ms))
        state.forgotten += 1


def _add(visit: Visit, event: Accepted, envelope: Envelope) -> int:
    """Count the event in its visit; the engaged time it adds, in ms."""
    at_ms = event.at_ms
    if event.type == PAGE_VIEW:
        _add_page(visit, event, envelope)
    elif event.type in INTERACTIVE and event.props.get("non_interaction") != "true":
        visit.is_interactive = True
    if not visit.pageviews and (not visit.events or at_ms < visit.entry_ms):
        _enter(visit, event, envelope)
    if event.type not in CLOSING or _fits(visit, at_ms, envelope.timeout_s * 1000):
        if at_ms > visit.stop_ms:
            visit.stop_ms = at_ms
        elif at_ms < visit.start_ms:
            visit.start_ms = at_ms
    engaged_ms = _engaged(visit, event) if event.engaged_ms else 0
    visit.events += 1
    visit.engaged_ms += engaged_ms
    visit.value += event.value
    visit.bounce_ms = envelope.bounce_ms
    return engaged_ms


def _add_page(visit: Visit, event: Accepted, envelope: Envelope) -> None:
    page = split(event.url).path
    if not visit.pageviews or event.at_ms < visit.entry_ms:
        _enter(visit, event, envelope)
        visit.entry_page = page
    if not visit.pageviews or event.at_ms >= visit.exit_ms:
        visit.exit_ms = event.at_ms
        visit.exit_page = page
    visit.pageviews += 1


def _enter(visit: Visit, event: Accepted, envelope: Envelope) -> None:
    parts, client = split(event.url), envelope.client
    visit.entry_ms = event.at_ms
    visit.host = parts.host
    # UrlParts: host, path, five utm_*, click_id.
    visit.entry = Entry(*classify(event.referrer, parts, envelope.host), *parts[2:7])
    visit.device = Device(
        client.country, client.region, client.city, client.browser, client.browser_version, client.os,
        client.os_version, client.device, event.screen, event.language, client.bot,
    )  # fmt: skip


def _engaged(visit: Visit, event: Accepted) -> int:
    """What the event adds. The script tells the time of a page view anew and in total each time the page is hidden."""
    view = event.props.get("page_view_id")
    if view is None:
        return event.engaged_ms
    counted = visit.engaged.pop(view, 0)
    visit.engaged[view] = max(counted, event.engaged_ms)
    if len(visit.engaged) > MAX_VIEWS:
        del visit.engaged[next(iter(visit.engaged))]
    return max(0, event.engaged_ms - counted)


def _identify(state: Visitor, key: Key, visit: Visit, event: Accepted, merges: dict[Key, int]) -> int:
    """The person behind the event: the user it names, else whom this visitor turned out to be, else the visitor.

    The first user a visitor names is who it was before; a second one, at the same browser, is somebody else.
    """
    dataset_id, visitor = key
    if event.user_id:
        person = person_of(dataset_id, event.user_id)
        if not state.person:
            merges[key] = person
        state.user_id, state.person = event.user_id, person
    visit.user_id = state.user_id
    visit.person = person = state.person or visitor
    for previous in event.previous:
        if previous != person:
            merges[dataset_id, previous] = person
    return person
