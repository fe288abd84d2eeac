"""Group commit: requests that wait at the same time are logged together, with one wait for the disk.

    add ─► send ─► (the log writes, once) ─► receive: each learns what became of it
                     └─ late ─► kept here as well (spool.Cover): each learns that, and the log is still waited for

While one group is on its way the next gathers, so groups are as large as the load makes them. For a loop that polls
`fileno()`: nothing here waits, except `connect`, which is for a thread. Where the log does not answer, everybody is
told None and has to try for itself (tracking.append.append): the request's key keeps it from being logged twice.
"""

import hashlib
import time
from collections.abc import Callable
from itertools import chain
from typing import Any

import redis

from config.lib.redis_clients import buffer_client
from tracking import spool
from tracking.append import APPEND, LOGGED, Entry, packed
from tracking.spool import cover
from tracking.spool.records import Record

MOST = 256  # requests in a group
PATIENCE_S = 2.0  # as for a request by itself (config.lib.redis_clients)
Told = Callable[[int | None], None]  # what the script answered: see tracking.append.outcome
_SHA = hashlib.sha1(APPEND.encode(), usedforsecurity=False).hexdigest()


class Asker:
    """One request, and who is told what became of it: once."""

    __slots__ = ("_cover", "_told", "entry", "is_named", "received_ms", "since")

    def __init__(self, entry: Entry, told: Told, received_ms: int) -> None:
        self.entry, self.received_ms, self.since, self.is_named = entry, received_ms, time.monotonic(), False
        self._told: Told | None = told
        self._cover: spool.Cover | None = None

    def record(self) -> Record:
        return spool.record_of(self.received_ms, self.entry)

    def answered(self, answer: int | None) -> None:
        """By the log."""
        if self._cover:
            self._cover.settle(answer is not None and answer >= 0)
        self._tell(answer)

    def covered(self, by: spool.Cover) -> None:
        """It is kept here, too."""
        if self._told is None:  # the log was faster, and whoever was told deals with what it said
            by.settle(True)
            return
        self._cover = by
        self._tell(LOGGED)

    def _tell(self, answer: int | None) -> None:
        told, self._told = self._told, None
        if told:
            told(answer)


class Group:
    def __init__(self) -> None:
        self._connection: Any = None
        self._waiting: list[Asker] = []
        self._flying: list[Asker] = []
        self._since = 0.0

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def fileno(self) -> int:
        descriptor: int = self._connection._sock.fileno()  # redis-py lends its socket in no other way
        return descriptor

    def connect(self) -> None:
        """Raises redis.RedisError. The loop's own thread must not be using the group meanwhile."""
        pool = buffer_client().connection_pool
        # Made like the pool's, but not by it: it counts what it made, and lends no more after a hundred.
        connection: Any = pool.connection_class(**pool.connection_kwargs)
        try:
            connection.connect()
            connection.send_command("SCRIPT", "LOAD", APPEND)
            connection.read_response()
        except (redis.RedisError, OSError):
            connection.disconnect()
            raise
        self._connection = connection

    def add(self, entry: Entry, told: Told, received_ms: int) -> None:
        self._waiting.append(Asker(entry, told, received_ms))

    def send(self) -> None:
        """Sends what waits, unless a group is on its way."""
        if self._flying or not self._waiting or not self.is_open:
            return
        self._flying, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._since = time.monotonic()
        keys, arguments = packed([each.entry for each in self._flying])
        try:
            self._connection.send_command("EVALSHA", _SHA, len(keys), *keys, *arguments)
        except (redis.RedisError, OSError):
            self.close()

    def receive(self) -> None:
        """Reads the answer, which has begun to come, and tells."""
        try:
            answers: list[int] = self._connection.read_response()
        except (redis.RedisError, OSError):
            self.close()
            return
        flying, self._flying = self._flying, []
        for asker, answer in zip(flying, answers, strict=True):
            asker.answered(answer)

    @property
    def is_waited_for(self) -> bool:
        return bool(self._flying)

    def late(self) -> list[Asker]:
        """Who has waited for long; each is named once."""
        until = time.monotonic() - cover.LATE_S
        if not self._flying or self._flying[0].since > until:
            return []
        late = [each for each in chain(self._flying, self._waiting) if each.since <= until and not each.is_named]
        for each in late:
            each.is_named = True
        return late

    def is_late(self) -> bool:
        return bool(self._flying) and time.monotonic() - self._since > PATIENCE_S

    def close(self) -> None:
        """Tells all that the log did not answer."""
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None
        everybody = [*self._flying, *self._waiting]
        self._flying, self._waiting = [], []
        for asker in everybody:
            asker.answered(None)
