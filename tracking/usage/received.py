"""How many events of a dataset were taken, held and refused each day, by reason.

Kept in Valkey, hash `usage:{dataset}:{YYYY-MM-DD}`, and in Prometheus for the operator. Counts what arrived; what an
organization has used up of its limits is counted apart (counters).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.lib import metrics
from config.lib.redis_clients import buffer_client
from tracking.append import Tally
from tracking.usage.reasons import DropReason

KEPT_SECONDS = 40 * 24 * 60 * 60
ACCEPTED = "accepted"

_ACCEPTED = metrics.EVENTS.labels(result="accepted")
_DUPLICATE = metrics.EVENTS.labels(result="duplicate")
_DROPPED = metrics.EVENTS.labels(result="dropped")
_HELD = metrics.EVENTS.labels(result="held")
_RESULTS = {DropReason.DUPLICATE: _DUPLICATE, DropReason.QUOTA: _HELD}


def tally(dataset_id: int, now: datetime, accepted: int, reasons: Mapping[DropReason, int]) -> Tally:
    """The day's numbers to add, for buffer.append to count in the same step as it logs."""
    numbers: dict[str, int] = {reason: number for reason, number in reasons.items() if number}
    if accepted:
        numbers[ACCEPTED] = accepted
    return Tally(_key(dataset_id, now), numbers, KEPT_SECONDS)


def count(dataset_id: int, now: datetime, *, accepted: int = 0, reasons: Mapping[DropReason, int]) -> None:
    """Adds to the day's numbers where nothing is logged. Raises redis.RedisError when the buffer's server is away."""
    key, numbers, kept_s = tally(dataset_id, now, accepted, reasons)
    pipeline = buffer_client().pipeline(transaction=False)
    for field, number in numbers.items():
        pipeline.hincrby(key, field, number)
    pipeline.expire(key, kept_s)
    pipeline.execute()


def tell_prometheus(accepted: int, reasons: Mapping[DropReason, int]) -> None:
    """The same numbers without the dataset, for the operator."""
    if accepted:
        _ACCEPTED.inc(accepted)
    for reason, number in reasons.items():
        if number:
            _RESULTS.get(reason, _DROPPED).inc(number)
            metrics.EVENTS_DROPPED.labels(reason=reason).inc(number)


def of_day(dataset_id: int, day: datetime) -> dict[str, int]:
    """`accepted` and each reason that occurred, with its number."""
    found: Any = buffer_client().hgetall(_key(dataset_id, day))
    return {field.decode(): int(number) for field, number in found.items()}


def _key(dataset_id: int, day: datetime) -> str:
    return f"usage:{dataset_id}:{day:%Y-%m-%d}"
