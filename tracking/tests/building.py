"""What the tests of the path from the log to the rows are made of."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tracking import buffer, store
from tracking.events import Accepted, Client, Envelope, EventType

DAY = datetime(2026, 3, 10, tzinfo=UTC)
CLIENT = Client(country="DE", browser="Firefox", device="desktop")
# Rows stay in the store for a whole run, so each test takes a number of its own, far from those of workspaces.
datasets: Iterator[int] = itertools.count(1_000_000)


def ms(at: str | datetime) -> int:
    """Epoch milliseconds of "12:30", "12:30:05" on the tests' day, or of a datetime."""
    if isinstance(at, datetime):
        return int(at.timestamp() * 1000)
    hours, minutes, seconds = (*map(int, at.split(":")), 0)[:3]
    return ms(DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds))


def event(at: str | datetime = "12:00", kind: str = "page_view", **fields: Any) -> Accepted:
    """A page view of visitor 7 at / unless told otherwise."""
    fields = {"visitor": 7, "url": "https://www.example.com/", "name": kind, "event_id": uuid.uuid4().bytes} | fields
    return Accepted(type=EventType(kind), at_ms=ms(at), **fields)


def envelope(dataset_id: int, *events: Accepted, **fields: Any) -> Envelope:
    """A request with these events, received when the last of them happened."""
    received_ms = max((each.at_ms for each in events), default=ms("12:00"))
    fields = {"receipt": "r", "received_ms": received_ms, "client": CLIENT, "host": "www.example.com"} | fields
    return Envelope(dataset_id=dataset_id, events=list(events), **fields)


def log(*envelopes: Envelope | bytes, shard: int = 0) -> None:
    """Append each as a request of its own."""
    for each in envelopes:
        packed = each if isinstance(each, bytes) else msgspec.msgpack.encode(each)
        assert buffer.append({shard: packed}, uuid.uuid4().bytes)


def stored(dataset_id: int) -> tuple[int, int]:
    """(rows of events, sum of the events of its sessions)"""
    events = store.query("SELECT count() FROM events", dataset_id=dataset_id).rows[0][0]
    return events, store.query("SELECT sum(events) FROM sessions FINAL", dataset_id=dataset_id).rows[0][0]


def wait_until(is_true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)
