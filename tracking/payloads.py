"""What stands in a request: the events as their senders wrote them, and what stands around them.

    {"events": […]}  {"batch": […]}  one event by itself   ──parse──►  Payload, whose events are judged one by one
    what another dialect has put into our words            ──of─────►

What is wrong with the whole raises Problem; what is wrong with one event is the affair of tracking.judge.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from config.lib.problems import Problem
from tracking import bodies
from tracking.events import MAX_EVENT_BYTES, MAX_EVENTS, MAX_VENDOR_EVENTS
from tracking.moments import Written
from tracking.trees import Rejected, count_keys, has_nul
from tracking.usage import DropReason

LISTS = ("events", "batch")
ALONE = ("api_key", "customerObject", "sent_at", "context")  # what an event by itself may bring of an envelope
MOST_GIVEN_UP = 1_000_000
WHERE = re.compile(r" - at `\$(?P<path>.*)`$")


class Customer(msgspec.Struct):
    apiKey: str | None = None


class RawEvent(msgspec.Struct):
    """One event as written. Names in one line mean the same; the first one given counts."""

    id: str | None = None
    event_id: str | None = None
    insert_id: str | None = None  # the sender's own text for the event, where it has no UUID
    event_type: str | None = None
    type: str | None = None
    event: str | None = None
    event_name: str | None = None
    name: str | None = None
    timestamp: Written | None = None
    session_id: str | None = None
    visitor_id: str | None = None
    page_view_id: str | None = None
    user_id: str | None = None
    url: str | None = None
    referrer: str | None = None
    title: str | None = None
    schema_id: str | None = None
    properties: dict[str, Any] | None = None
    event_data: dict[str, Any] | None = None
    props: dict[str, Any] | None = None
    user_properties: dict[str, Any] | None = None  # traits: what is so of the person from now on
    user_properties_once: dict[str, Any] | None = None  # the same, unless it is known already
    previous_id: str | None = None  # a visitor_id or user_id that turned out to be the same person


class Frame(msgspec.Struct):
    """What stands around the events: the script writes once what all of them share."""

    api_key: str | None = None
    customerObject: Customer | None = None
    sent_at: Written | None = None
    session_id: str | None = None
    visitor_id: str | None = None
    page_view_id: str | None = None
    user_id: str | None = None
    url: str | None = None
    referrer: str | None = None
    title: str | None = None
    schema_id: str | None = None
    context: Any = None
    dropped: Any = None  # events that the script gave up before it could send them

    @property
    def given_up(self) -> int:
        """0 for whatever no script writes."""
        told = self.dropped
        return told if type(told) is int and 0 < told <= MOST_GIVEN_UP else 0

    def about(self, name: str) -> Any:
        """A fact of the context, where the script writes what it knows of its browser."""
        return self.context.get(name) if isinstance(self.context, dict) else None


@dataclass(frozen=True)
class Payload:
    frame: Frame
    trees: list[Any]  # the events as decoded
    faults: dict[int, Rejected]  # those whose shape alone is refused, by index
    is_from_server: bool = False  # one program sends for many visitors: its address says nothing of them

    @property
    def names_everybody(self) -> bool:
        """Whether each event says whose it is."""
        if self.frame.visitor_id or self.frame.user_id:
            return True
        named = [tree.get("visitor_id") or tree.get("user_id") for tree in self.trees if type(tree) is dict]
        return all(named)


def parse(body: bytes) -> Payload:
    """The request's content. Raises Problem 400; how many events there are is judged by `check_count`."""
    tree = bodies.as_object(bodies.decode(body))
    around, trees = _take_apart(tree)
    keys, faults = _check_shapes(around, trees, body)
    if trees and trees[0] is tree:
        keys -= 1 + count_keys(around)  # these names are the event's own, and there is no list that has one
    bodies.check_duplicates(body, None if faults else keys)
    return Payload(_frame(around), trees, faults)


def of(around: dict[str, Any], trees: list[Any], text: bytes | None = None, *, is_from_server: bool = False) -> Payload:
    """The same of what a dialect has put into our words: Frame's fields, and RawEvent's for each event.

    The limits of an event hold for what it became. `text` is the JSON it was read from; knowing it spares the checks
    that it cannot fail. Raises Problem 400.
    """
    _, faults = _check_shapes(around, trees, text)
    return Payload(_frame(around), trees, faults, is_from_server)


def _frame(around: dict[str, Any]) -> Frame:
    try:
        return msgspec.convert(around, Frame)
    except msgspec.ValidationError as error:
        detail, pointer = _located(error)
        raise Problem(400, "type", detail, pointer=pointer) from None


def check_count(payload: Payload, most: int = MAX_EVENTS) -> None:
    """Raises Problem 413 or 422."""
    if not payload.trees:
        raise Problem(422, "no_events", "Send at least one event.")
    if len(payload.trees) > most:
        raise Problem(413, "too_many_events", f"Send at most {most} events in one request.")


def parts(payload: Payload) -> list[Payload]:
    """The same in portions of which each is one entry of the log."""
    return [_part(payload, at) for at in range(0, len(payload.trees), MAX_EVENTS)]


def _part(payload: Payload, at: int) -> Payload:
    faults = {index - at: fault for index, fault in payload.faults.items() if at <= index < at + MAX_EVENTS}
    return replace(payload, trees=payload.trees[at : at + MAX_EVENTS], faults=faults)


def convert(tree: Any) -> RawEvent:
    """Raises Rejected type, with a pointer to the field."""
    try:
        return msgspec.convert(tree, RawEvent)
    except msgspec.ValidationError as error:
        detail, pointer = _located(error)
        raise Rejected(DropReason.TYPE, detail, pointer) from None


def _take_apart(tree: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """(what stands around the events, the events)."""
    lists = [name for name in LISTS if name in tree]
    if not lists:
        return {name: tree[name] for name in ALONE if name in tree}, [tree]
    if len(lists) > 1:
        raise Problem(400, "two_lists", "Send the events in `events` or in `batch`, not in both.")
    name = lists[0]
    if type(tree[name]) is not list:
        raise Problem(400, "type", "Send a list of events.", pointer=f"/{name}")
    return {key: value for key, value in tree.items() if key != name}, tree[name]


def _check_shapes(around: dict[str, Any], trees: list[Any], text: bytes | None) -> tuple[int, dict[int, Rejected]]:
    """(how many names there are, the events that break a limit). Raises Problem when what stands around them does."""
    may_hold_nul = text is None or rb"\u0000" in text
    may_be_large = text is None or len(text) > MAX_EVENT_BYTES
    faults: dict[int, Rejected] = {}
    try:
        keys = 1 + _checked(around, may_hold_nul, False)
    except Rejected as fault:
        raise Problem(400, fault.reason, fault.detail, pointer=fault.pointer) from None
    for index, event in enumerate(trees[: MAX_VENDOR_EVENTS + 1]):
        try:
            keys += _checked(event, may_hold_nul, may_be_large)
        except Rejected as fault:
            faults[index] = fault
    return keys, faults


def _checked(event: Any, may_hold_nul: bool, may_be_large: bool) -> int:
    """The number of names in it. Raises Rejected."""
    if type(event) is not dict:
        raise Rejected(DropReason.TYPE, "An event is an object.")
    keys = count_keys(event)
    if may_be_large and len(msgspec.json.encode(event)) > MAX_EVENT_BYTES:
        raise Rejected(DropReason.EVENT_TOO_LARGE, f"An event may have {MAX_EVENT_BYTES} bytes.")
    if may_hold_nul and has_nul(event):
        raise Rejected(DropReason.NUL, "Leave out the character U+0000.")
    return keys


def _located(error: msgspec.ValidationError) -> tuple[str, str]:
    """(sentence, JSON pointer) of msgspec's "Expected `str`, got `int` - at `$.user_id`"."""
    message = str(error)
    where = WHERE.search(message)
    path = re.sub(r"[.\[]", "/", where["path"]).replace("]", "") if where else ""
    return WHERE.sub("", message) + ".", path
