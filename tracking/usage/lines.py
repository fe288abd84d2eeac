"""What becomes an entry of the ledger: a line of the stream `ledger`, written in one step with what it stands for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from tracking.events import Envelope
from tracking.usage import counters

Counted = Sequence[tuple[Envelope, int]]  # each envelope once, and how many events of it
EVENTS = "events"  # workspaces.limits.EVENTS
HOUR_MS = 3_600_000


class Line(msgspec.Struct, array_like=True, frozen=True):
    dataset_id: int
    key_id: int  # 0: nobody's
    at_s: int  # when it was used
    metric: str
    quantity: int
    event_id: str = ""  # the sender's name for it; a second line of that name is not booked


def is_billable(envelope: Envelope) -> bool:
    """Live (the even dataset of a workspace) and of no bot."""
    return envelope.dataset_id % 2 == 0 and not envelope.client.bot


def of_stored(taken: Counted) -> list[bytes]:
    """A line for each dataset, key and hour of receipt."""
    totals: Counter[tuple[int, int, int]] = Counter()
    for envelope, number in _billable(taken):
        totals[envelope.dataset_id, envelope.key, envelope.received_ms // HOUR_MS] += number
    return [
        msgspec.msgpack.encode(Line(dataset_id, key_id, hour * 3600, EVENTS, number))
        for (dataset_id, key_id, hour), number in totals.items()
    ]


def to_give_back(repeated: Counted) -> list[tuple[str, str, int]]:
    """(hash, field, quantity) of what was counted for events that were stored before."""
    totals: Counter[tuple[str, str]] = Counter()
    for envelope, number in _billable(repeated):
        if envelope.organization:
            moment = datetime.fromtimestamp(envelope.received_ms / 1000, UTC)
            for hash_ in counters.keys(envelope.organization, moment):
                totals[hash_, EVENTS] += number
                totals[hash_, counters.field(EVENTS, envelope.key)] += number if envelope.key else 0
    return [(hash_, field, number) for (hash_, field), number in totals.items() if number]


def _billable(counted: Counted) -> Iterator[tuple[Envelope, int]]:
    return ((envelope, number) for envelope, number in counted if is_billable(envelope))
