"""The way into the log, and the way round it while it is away."""

import os
from collections.abc import Callable, Mapping

import redis
from django.conf import settings

from tracking import buffer
from tracking.append import REQUEST_TTL_S, Entry, Ration, Tally
from tracking.spool import cover, drain, process
from tracking.spool.records import Record

NO_CEILING = 1 << 53


def log(
    received_ms: int,
    envelopes: Mapping[int, bytes],
    request_key: bytes,
    tally: Tally | None = None,
    ration: Ration | None = None,
    kept_s: int = REQUEST_TTL_S,
) -> bool:
    """buffer.append, and where the log is away the spool. Raises what `append` does; SpoolFull is a RedisError."""
    return _or_keep(
        lambda: buffer.append(envelopes, request_key, tally, ration, kept_s),
        lambda: record_of(received_ms, Entry(envelopes, request_key, tally, ration)),
    )


def count(received_ms: int, tally: Tally, add: Callable[[Tally], None]) -> None:
    """`add(tally)`, or the same later. For requests of which nothing is logged. Raises redis.RedisError."""

    def now() -> bool:
        add(tally)
        return True

    _or_keep(now, lambda: Record(received_ms, {}, os.urandom(16), tally))


def _or_keep(attempt: Callable[[], bool], record: Callable[[], Record]) -> bool:
    process.here().wait_if_shut()
    if not process.is_open():
        try:
            return cover.in_time(attempt, record) if settings.SPOOL_MB else attempt()
        except redis.RedisError as error:
            if not settings.SPOOL_MB or not process.is_away(error):
                raise
    process.here().keep(record())
    drain.start()
    return True


def record_of(received_ms: int, entry: Entry) -> Record:
    """What is kept of a request, until it can be logged."""
    ration = entry.ration and _unlimited(entry.ration)
    return Record(received_ms, dict(entry.envelopes), entry.request_key, entry.tally, ration)


def _unlimited(ration: Ration) -> Ration:
    """The answer was given: whatever the limits say then, it is logged, and held as it was told."""
    return ration._replace(ceilings=(), held_most=NO_CEILING)
