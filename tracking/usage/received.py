"""How many events of a dataset were taken, held and refused in each hour, by reason.

Kept in Valkey, hash `usage:{dataset}:{YYYY-MM-DD}`, fields `{hour}:{what}` of UTC, and in Prometheus for the operator.
Counts what arrived; what an organization has used up of its limits is counted apart (counters).

| what              | number of events                                                                 |
|-------------------|----------------------------------------------------------------------------------|
| received          | that stood in requests with a valid key, counted before anything is decided      |
| given_up          | that scripts could not send, as they say: nothing came of them, so no sum has them |
| replayed          | that came back from quarantine, repaired                                         |
| accepted          | that were logged                                                                 |
| a DropReason      | that were not, and why: received + replayed = accepted + all of these            |
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from config.lib import metrics
from config.lib.redis_clients import buffer_client
from tracking.append import Tally
from tracking.usage.reasons import DropReason

KEPT_SECONDS = 40 * 24 * 60 * 60
ACCEPTED, RECEIVED, REPLAYED, GIVEN_UP = "accepted", "received", "replayed", "given_up"
NO_FATE = (RECEIVED, REPLAYED, GIVEN_UP)  # what is no answer to "what became of it"
Hours = dict[int, Counter[str]]  # hour of the day (UTC) → what → events

_ACCEPTED = metrics.EVENTS.labels(result="accepted")
_DUPLICATE = metrics.EVENTS.labels(result="duplicate")
_DROPPED = metrics.EVENTS.labels(result="dropped")
_HELD = metrics.EVENTS.labels(result="held")
_RESULTS = {DropReason.DUPLICATE: _DUPLICATE, DropReason.QUOTA: _HELD}


def tally(
    dataset_id: int,
    now: datetime,
    accepted: int,
    reasons: Mapping[DropReason, int],
    *,
    received: int = 0,
    replayed: int = 0,
    given_up: int = 0,
) -> Tally:
    """The hour's numbers to add, for buffer.append to count in the same step as it logs."""
    if not reasons and not replayed and not given_up:
        return _undisputed(dataset_id, now.date(), now.hour, accepted, received)
    return _tally(dataset_id, now, accepted, reasons, received, replayed, given_up)


def _tally(
    dataset_id: int,
    now: datetime,
    accepted: int,
    reasons: Mapping[DropReason, int],
    received: int,
    replayed: int,
    given_up: int,
) -> Tally:
    hour = f"{now.hour:02}:"
    numbers = {hour + reason: number for reason, number in reasons.items() if number}
    for what, number in ((ACCEPTED, accepted), (RECEIVED, received), (REPLAYED, replayed), (GIVEN_UP, given_up)):
        if number:
            numbers[hour + what] = number
    return Tally(key(dataset_id, now), numbers, KEPT_SECONDS)


@lru_cache(maxsize=4096)
def _undisputed(dataset_id: int, day: date, hour: int, accepted: int, received: int) -> Tally:
    """Nothing refused: so many requests count alike that one object for all of them spares making and packing it."""
    moment = datetime(day.year, day.month, day.day, hour)
    return _tally(dataset_id, moment, accepted, {}, received, 0, 0)


def add(told: Tally) -> None:
    """Where nothing is logged. Raises redis.RedisError when the buffer's server is away."""
    pipeline = buffer_client().pipeline(transaction=False)
    for field, number in told.numbers.items():
        pipeline.hincrby(told.key, field, number)
    pipeline.expire(told.key, told.kept_s)
    pipeline.execute()


def tell_prometheus(accepted: int, reasons: Mapping[DropReason, int], given_up: int = 0) -> None:
    """The same numbers without the dataset, for the operator."""
    if given_up:
        metrics.EVENTS_GIVEN_UP.inc(given_up)
    if accepted:
        metrics.add(_ACCEPTED, accepted)
    for reason, number in reasons.items():
        if number:
            _RESULTS.get(reason, _DROPPED).inc(number)
            metrics.EVENTS_DROPPED.labels(reason=reason).inc(number)


def of_day(dataset_id: int, day: datetime) -> dict[str, int]:
    """`accepted` and each reason that occurred, with its number."""
    stored: Any = buffer_client().hgetall(key(dataset_id, day))
    total: Counter[str] = Counter()
    for found in hours(stored).values():
        total.update(found)
    return {what: number for what, number in total.items() if what not in NO_FATE}


def hours(found: Mapping[bytes, bytes]) -> Hours:
    """Of a hash with fields `{hour}:{what}`."""
    each: Hours = {}
    for field, number in found.items():
        hour, _, what = field.decode().partition(":")
        each.setdefault(int(hour), Counter())[what] = int(number)
    return each


def key(dataset_id: int, day: datetime) -> str:
    return _key(dataset_id, day.date())


@lru_cache(maxsize=4096)
def _key(dataset_id: int, day: date) -> str:
    return f"usage:{dataset_id}:{day:%Y-%m-%d}"
