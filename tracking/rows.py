"""Events and visits as columns of the store's tables `events` and `sessions`, in the order of their schema.

Columns are built whole, one comprehension each: at these numbers an object for each row would cost more than its work.
Every event carries the origin of its visit, so that "purchases by source" needs no join.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tracking.events import Accepted, Envelope
from tracking.sessionizer import Sessions
from tracking.steps.urls import split
from tracking.visits import Device, Entry

Columns = dict[str, Sequence[Any]]
DAY_MS = 86_400_000
MAX_TIME_MS = (1 << 32) * 1000 - 1  # a session id has 32 bits for its second
MAX_UINT32 = 0xFFFFFFFF
ONCE, ALWAYS = 1 << 43, 1 << 44  # beyond every moment in ms
MAX_UINT64 = (1 << 64) - 1


def check(envelopes: Sequence[Envelope], events: Sequence[Accepted]) -> None:
    """Raises ValueError for what no column can hold. The door lets nothing of this pass; a row that the store refuses
    would stop everything behind it."""
    _in_range("dataset_id", [envelope.dataset_id for envelope in envelopes], 1, MAX_UINT32)
    _in_range("received_ms", [envelope.received_ms for envelope in envelopes], 0, MAX_TIME_MS)
    _in_range("timeout_s", [envelope.timeout_s for envelope in envelopes], 1, 86_400)
    _in_range("client.visitor", [envelope.client.visitor for envelope in envelopes], 0, MAX_UINT64)
    _in_range("length of event_id", [len(event.event_id) for event in events], 16, 16)
    _in_range("at_ms", [event.at_ms for event in events], 0, MAX_TIME_MS)
    _in_range("visitor", [event.visitor for event in events], 0, MAX_UINT64)
    _in_range("engaged_ms", [event.engaged_ms for event in events], 0, MAX_UINT32)
    _in_range("scroll", [event.scroll for event in events], 0, 100)


def _in_range(name: str, values: Sequence[int], least: int, most: int) -> None:
    if values and not (least <= min(values) and max(values) <= most):
        wrong = next(value for value in values if not least <= value <= most)
        raise ValueError(f"{name} is {wrong}, not between {least} and {most}")


def event_columns(events: Sequence[Accepted], envelopes: Sequence[Envelope], sessions: Sessions) -> Columns:
    """One row for each event."""
    parts = [split(event.url) for event in events]
    clients = [envelope.client for envelope in envelopes]
    return {
        "dataset_id": [key[0] for key in sessions.keys],
        "ts": [event.at_ms for event in events],
        "type": [event.type for event in events],
        "name": [event.name for event in events],
        "visitor_id": [key[1] for key in sessions.keys],
        "session_id": [visit.id for visit in sessions.visits],
        "person_id": sessions.persons,
        "user_id": [event.user_id for event in events],
        "event_id": [event.event_id for event in events],
        "received_at": [envelope.received_ms for envelope in envelopes],
        "host": [part.host for part in parts],
        "path": [part.path for part in parts],
        "title": [event.title for event in events],
        **_fields(Entry, [visit.entry for visit in sessions.visits]),
        "country": [client.country for client in clients],
        "region": [client.region for client in clients],
        "city": [client.city for client in clients],
        "browser": [client.browser for client in clients],
        "browser_version": [client.browser_version for client in clients],
        "os": [client.os for client in clients],
        "os_version": [client.os_version for client in clients],
        "device": [client.device for client in clients],
        "screen": [event.screen for event in events],
        "language": [event.language for event in events],
        "bot": [client.bot for client in clients],
        "value": [event.value for event in events],
        "currency": [event.currency for event in events],
        "engaged_ms": sessions.engaged_ms,
        "scroll": [event.scroll for event in events],
        "props": [event.props for event in events],
    }


def session_columns(sessions: Sessions) -> Columns:
    """One row for each visit that changed, as it stands now; its number of events is its version."""
    keys = [key for key, _ in sessions.touched.values()]
    visits = [visit for _, visit in sessions.touched.values()]
    return {
        "dataset_id": [key[0] for key in keys],
        "session_id": [visit.id for visit in visits],
        "version": [visit.events for visit in visits],
        "visitor_id": [key[1] for key in keys],
        "person_id": [visit.person for visit in visits],
        "user_id": [visit.user_id for visit in visits],
        "start": [visit.start_ms for visit in visits],
        "stop": [visit.stop_ms for visit in visits],
        "pageviews": [visit.pageviews for visit in visits],
        "events": [visit.events for visit in visits],
        "engaged_ms": [min(visit.engaged_ms, MAX_UINT32) for visit in visits],
        "bounce": [int(visit.is_bounce) for visit in visits],
        "value": [visit.value for visit in visits],
        "host": [visit.host for visit in visits],
        "entry_page": [visit.entry_page for visit in visits],
        "exit_page": [visit.exit_page for visit in visits],
        **_fields(Entry, [visit.entry for visit in visits]),
        **_fields(Device, [visit.device for visit in visits]),
    }


def identity_columns(sessions: Sessions, received_ms: int) -> Columns:
    """One row for each id that turned out to be a person."""
    return {
        "dataset_id": [dataset_id for dataset_id, _ in sessions.merges],
        "visitor_id": [visitor for _, visitor in sessions.merges],
        "person_id": list(sessions.merges.values()),
        "version": [received_ms] * len(sessions.merges),
    }


def trait_columns(events: Sequence[Accepted], sessions: Sessions) -> Columns:
    """One row for each trait of a person that was said; of several in a batch the one that counts."""
    found: dict[tuple[int, str, int], tuple[int, str]] = {}
    for event, key, person in zip(events, sessions.keys, sessions.persons, strict=True):
        if event.traits or event.traits_once:
            for name, value, rank in _ranked(event):
                place = (key[0], name, person)
                if place not in found or found[place][0] <= rank:
                    found[place] = (rank, value)
    return {
        "dataset_id": [dataset_id for dataset_id, _, _ in found],
        "name": [name for _, name, _ in found],
        "person_id": [person for _, _, person in found],
        "value": [value for _, value in found.values()],
        "version": [rank for rank, _ in found.values()],
    }


def _ranked(event: Accepted) -> Iterator[tuple[str, str, int]]:
    """(name, value, rank): what is said later outranks what was said before, and both what was said once, of which
    the earliest stays. By the times of the events, so their order of arrival does not matter."""
    for name, value in event.traits_once.items():
        yield name, value, ONCE - event.at_ms
    for name, value in event.traits.items():
        yield name, value, ALWAYS + event.at_ms


def _fields(shape: type[Entry] | type[Device], values: Sequence[tuple[str, ...]]) -> Columns:
    return {name: [value[place] for value in values] for place, name in enumerate(shape._fields)}


def by_month(columns: Columns, times_ms: Sequence[int]) -> Iterator[tuple[str, Columns]]:
    """The columns cut by UTC month, the store's partitions: (YYYYMM, columns). An insert into one is all or nothing."""
    days = {day: _month(day) for day in {time_ms // DAY_MS for time_ms in times_ms}}
    months = sorted(set(days.values()))
    if len(months) == 1:
        yield months[0], columns
        return
    month_of = [days[time_ms // DAY_MS] for time_ms in times_ms]
    for month in months:
        rows = [row for row, its in enumerate(month_of) if its == month]
        yield month, {name: [values[row] for row in rows] for name, values in columns.items()}


@lru_cache(maxsize=4096)
def _month(day: int) -> str:
    return f"{datetime.fromtimestamp(day * 86_400, UTC):%Y%m}"
