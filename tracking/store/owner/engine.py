"""The embedded engine: a data directory that this process alone holds open, and the pools of work on it.

Each statement gets a connection of its own. It costs 0.1 ms, and nothing can pass from one request to the next:
a connection keeps its SETs (a `readonly` cannot even be taken back), and after an error it puts the failed
statement's half-written result before the next one's.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TextIO

from tracking.store.owner.config import write_config
from tracking.store.owner.errors import ABORTED, TOO_BUSY, EngineError, Refusal

# Each has its own places: an insert never waits behind dashboards, nor a dashboard behind exports, which last as long
# as their readers take.
Pool = Literal["reads", "streams", "inserts"]
WAIT_SECONDS: dict[Pool, float] = {"reads": 5, "streams": 5, "inserts": 30}


class CannotOpen(Exception):
    """The directory is another owner's, or the engine does not accept it. The message is for whoever starts it."""


class Slots:
    """So many statements at a time; the others wait for a while."""

    def __init__(self, size: int, wait_s: float) -> None:
        self._free, self._size, self._wait_s, self._closed = threading.Semaphore(size), size, wait_s, False

    @contextmanager
    def taken(self) -> Iterator[None]:
        if self._closed:
            raise Refusal(ABORTED, "ABORTED", "The event store is stopping.")
        if not self._free.acquire(timeout=self._wait_s):
            sentence = f"{self._size} statements are running and none ended in {self._wait_s:g} seconds."
            raise Refusal(TOO_BUSY, "TOO_MANY_SIMULTANEOUS_QUERIES", sentence)
        try:
            yield
        finally:
            self._free.release()

    def close(self) -> None:
        """Lets nothing in any more."""
        self._closed = True

    def wait_until_free(self, wait_s: float) -> None:
        for _ in range(self._size):
            self._free.acquire(timeout=wait_s)


class Engine:
    def __init__(self, directory: Path, memory: int, places: Mapping[Pool, int]) -> None:
        """Opens `directory`, made if missing. Raises CannotOpen, OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(directory)
        # Imported here: it takes 200 MB, and a refusal above should come at once.
        from chdb.state import sqlitelike

        self._connect = sqlitelike.connect
        self._path = str(directory / "data")
        # The first connection configures the engine and keeps it open.
        try:
            self._first = self._connect(f"{self._path}?config-file={write_config(directory, memory)}")
        except RuntimeError as error:
            raise CannotOpen(f"The engine cannot open {directory}: {error}") from error
        self.zone = self._first.query("SELECT timezone()", "TSVRaw").bytes().decode().strip()
        self._pools = {pool: Slots(size, WAIT_SECONDS[pool]) for pool, size in places.items()}

    @contextmanager
    def session(self, pool: Pool, database: str, settings: Mapping[str, str]) -> Iterator[Any]:
        """A connection with its database and settings, for one statement. Raises Refusal; the engine's errors too."""
        with self._pools[pool].taken(), self._fresh() as connection:
            if database:
                connection.query("USE `" + database.replace("\\", "\\\\").replace("`", "\\`") + "`")
            if settings:
                connection.query("SET " + ", ".join(f"{name} = {_quoted(value)}" for name, value in settings.items()))
            yield connection

    def kill(self, mark: str) -> None:
        """Stops the statement whose session has `mark` as its log_comment; a finished one is left alone."""
        with suppress(Refusal), self._fresh() as connection:
            connection.query(
                "KILL QUERY WHERE Settings['log_comment'] = {mark:String} ASYNC", "Null", params={"mark": mark}
            )

    def drain(self, grace_s: float = 30) -> None:
        """Takes no more statements, finishes the inserts under way and stops the reads."""
        for slots in self._pools.values():
            slots.close()
        with suppress(Refusal), self._fresh() as connection:
            connection.query("KILL QUERY WHERE query_kind = 'Select' ASYNC", "Null")
        self._pools["inserts"].wait_until_free(grace_s)

    def close(self) -> None:
        self._first.close()
        self._lock.close()

    @contextmanager
    def _fresh(self) -> Iterator[Any]:
        try:
            connection = self._connect(self._path)
            try:
                yield connection
            finally:
                connection.close()
        except RuntimeError as error:  # chdb raises it and subclasses of it, with ClickHouse's text
            raise EngineError(error) from error


# Errors of writing: no room, no memory, too many parts, files that cannot be made, an unknown failure. Not those that
# questions meet: whoever asks wrongly all day would otherwise keep every insert in doubt.
_OF_WRITING = (
    24, 40, 49, 71, 74, 75, 76, 77, 83, 87, 88, 107, 172, 173, 204, 226, 241, 243, 246, 252, 275, 294, 362, 425, 439,
    586, 641, 734, 777, 778, 1000, 1001, 1002,
)  # fmt: skip
_OWN_LIMIT = "Query memory limit exceeded"


Errors = dict[int, tuple[int, str]]  # by code: how many, and the newest's words; the newest code first


def errors_so_far(connection: Any) -> Errors:
    """The errors of writing that the engine has met since it was opened, whoever met them."""
    found = f"SELECT code, value, last_error_message FROM system.errors WHERE code IN {_OF_WRITING} AND NOT remote"
    rows = json.loads(connection.query(f"{found} ORDER BY last_error_time DESC", "JSONCompact").bytes())["data"]
    return {int(code): (int(count), message.strip()) for code, count, message in rows}


def error_since(connection: Any, before: Errors) -> str | None:
    """The newest error of writing that may be of a statement without limits of its own, in the engine's words.

    A question that goes past its own memory has the code that an insert without room gets, too; only the words tell
    them apart, and of each code the engine keeps the newest's. So one such question is known for what it is, and
    beside two the first stays unknown.
    """
    for code, (count, message) in errors_so_far(connection).items():
        new = count - before.get(code, (0, ""))[0]
        if new > 1 or (new == 1 and not message.startswith(_OWN_LIMIT)):
            return message
    return None


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _locked(directory: Path) -> TextIO:
    """An own lock before the engine's: it answers at once and can say who has it."""
    lock = (directory / "owner.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        raise CannotOpen(
            f"Another event store (process {holder}) has {directory} open. Stop it, or choose another --path."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
