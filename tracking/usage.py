"""How many events of a dataset were taken and refused each day, by reason.

Kept in Valkey, hash `usage:{dataset}:{YYYY-MM-DD}`, for the days until they are rolled into PostgreSQL, and in
Prometheus for the operator.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from config.lib import metrics
from config.lib.redis_clients import buffer_client
from tracking.buffer import Tally

KEPT_SECONDS = 40 * 24 * 60 * 60
ACCEPTED = "accepted"


class DropReason(StrEnum):
    """Why an event was not stored: a closed set. The first one is no fault, the others are told to the sender."""

    DUPLICATE = "duplicate"
    TYPE = "type"  # not of the type the field has
    NAME = "name"
    NAME_TOO_LONG = "name_too_long"
    NAME_RESERVED = "name_reserved"
    EVENT_ID = "event_id"
    TIME_FORMAT = "time_format"
    TIME_RANGE = "time_range"
    TOO_OLD = "too_old"
    NUMBER_RANGE = "number_range"
    NUL = "nul"
    TOO_DEEP = "too_deep"
    TOO_MANY_KEYS = "too_many_keys"
    KEY_TOO_LONG = "key_too_long"
    STRING_TOO_LONG = "string_too_long"
    EVENT_TOO_LARGE = "event_too_large"
    # What the workspace itself keeps out (tracking.rules).
    PAUSED = "paused"
    EXCLUDED_ADDRESS = "excluded_address"
    EXCLUDED_COUNTRY = "excluded_country"
    EXCLUDED_HOST = "excluded_host"
    EXCLUDED_PAGE = "excluded_page"
    NO_CONSENT = "no_consent"
    DNT = "dnt"
    GPC = "gpc"


FILTERED = frozenset(
    {
        DropReason.PAUSED, DropReason.EXCLUDED_ADDRESS, DropReason.EXCLUDED_COUNTRY, DropReason.EXCLUDED_HOST,
        DropReason.EXCLUDED_PAGE, DropReason.NO_CONSENT, DropReason.DNT, DropReason.GPC,
    }
)  # fmt: skip


_ACCEPTED = metrics.EVENTS.labels(result="accepted")
_DUPLICATE = metrics.EVENTS.labels(result="duplicate")
_DROPPED = metrics.EVENTS.labels(result="dropped")


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
            (_DUPLICATE if reason == DropReason.DUPLICATE else _DROPPED).inc(number)
            metrics.EVENTS_DROPPED.labels(reason=reason).inc(number)


def of_day(dataset_id: int, day: datetime) -> dict[str, int]:
    """`accepted` and each reason that occurred, with its number."""
    found: Any = buffer_client().hgetall(_key(dataset_id, day))
    return {field.decode(): int(number) for field, number in found.items()}


def _key(dataset_id: int, day: datetime) -> str:
    return f"usage:{dataset_id}:{day:%Y-%m-%d}"
