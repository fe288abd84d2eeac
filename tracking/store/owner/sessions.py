"""Connections to the engine, each with its database and settings, for one statement at a time.

Making one ready costs as much as a small question does: 0.7 ms, for the connection, its USE and its SET. So one whose
statement ended well is kept for the next with the very same database and settings. Nothing passes between the two: SET
and USE are refused, and what a statement sets for itself ends with it. One whose statement failed or was killed is
closed: after an error a connection puts the failed statement's half-written result before the next one's.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Key = tuple[str, tuple[tuple[str, str], ...]]  # database, settings
TENANT = "additional_table_filters"  # the setting that tells whose a statement is; the house's own are without it
# Before each try to stop a statement: on a busy machine the engine may not have begun it. 2.5 s in all.
PAUSES_S = [0, *(0.01 * 2**n for n in range(8))]


@dataclass
class Session:
    """What a statement is run on. `mark` names it among those that run."""

    connection: Any
    key: Key
    kill_by_mark: Callable[[str], bool]  # whether such a statement ran
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    _killing: threading.Lock = field(default_factory=threading.Lock)
    _is_running: bool = False
    _was_killed: bool = False

    def begin(self) -> None:
        self._is_running = True

    def kill(self) -> None:
        """Stops the statement, for any thread. One that has ended is left alone, and so is the next."""
        for pause_s in PAUSES_S:
            time.sleep(pause_s)
            with self._killing:
                if not self._is_running:
                    return
                self._was_killed = True
                if self.kill_by_mark(self.mark):
                    return

    def end(self) -> bool:
        """Whether another statement may follow on this connection."""
        with self._killing:
            self._is_running = False
            return not self._was_killed

    def set_up(self) -> None:
        database, settings = self.key
        if database:
            self.connection.query("USE `" + database.replace("\\", "\\\\").replace("`", "\\`") + "`")
        given = (*settings, ("log_comment", self.mark))
        self.connection.query("SET " + ", ".join(f"{name} = {_quoted(value)}" for name, value in given))


class Kept:
    """Sessions that wait for their next statement, `most` at a time: those not asked for longest are closed."""

    def __init__(self, most: int) -> None:
        self._most, self._changing = most, threading.Lock()
        self._idle: list[Session] = []  # the one used last at the end

    def take(self, key: Key) -> Session | None:
        with self._changing:
            place = next((n for n in reversed(range(len(self._idle))) if self._idle[n].key == key), None)
            return None if place is None else self._idle.pop(place)

    def put(self, session: Session) -> None:
        with self._changing:
            self._idle.append(session)
            oldest = self._idle.pop(0) if len(self._idle) > self._most else None
        if oldest:
            oldest.connection.close()

    def close(self) -> None:
        with self._changing:
            while self._idle:
                self._idle.pop().connection.close()


def key_of(database: str, settings: Mapping[str, str]) -> Key:
    return database, tuple(settings.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
