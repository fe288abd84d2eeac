"""Group commit: requests that wait at the same time are logged together, with one wait for the disk.

    add ─► send ─► (the log writes, once) ─► receive: each learns what became of it

While one group is on its way the next gathers, so groups are as large as the load makes them. For a loop that polls
`fileno()`: nothing here waits, except `connect`, which is for a thread. Where the log does not answer, everybody is
told None and has to try for itself (tracking.append.append): the request's key keeps it from being logged twice.
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import redis

from config.lib.redis_clients import buffer_client
from tracking.append import APPEND, Entry, packed

MOST = 256  # requests in a group
PATIENCE_S = 2.0  # as for a request by itself (config.lib.redis_clients)
Told = Callable[[int | None], None]  # what the script answered: see tracking.append.outcome
_SHA = hashlib.sha1(APPEND.encode(), usedforsecurity=False).hexdigest()


class Group:
    def __init__(self) -> None:
        self._connection: Any = None
        self._waiting: list[tuple[Entry, Told]] = []
        self._flying: list[Told] = []
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

    def add(self, entry: Entry, told: Told) -> None:
        self._waiting.append((entry, told))

    def send(self) -> None:
        """Sends what waits, unless a group is on its way."""
        if self._flying or not self._waiting or not self.is_open:
            return
        some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._flying, self._since = [told for _, told in some], time.monotonic()
        keys, arguments = packed([entry for entry, _ in some])
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
        for told, answer in zip(flying, answers, strict=True):
            told(answer)

    def is_late(self) -> bool:
        return bool(self._flying) and time.monotonic() - self._since > PATIENCE_S

    def close(self) -> None:
        """Tells all that the log did not answer."""
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None
        everybody = [*self._flying, *(told for _, told in self._waiting)]
        self._flying, self._waiting = [], []
        for told in everybody:
            told(None)
