"""The embedded engine: a data directory that this process alone holds open, and the pools of work on it.

Each statement has a connection with its own settings to itself (tracking.store.owner.sessions): a connection keeps its
SETs, and a `readonly` cannot even be taken back.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TextIO

from tracking.store.owner.config import write_config
from tracking.store.owner.errors import EngineError, Refusal
from tracking.store.owner.kinds import Kinds
from tracking.store.owner.places import HOUSE, Places, Watch
from tracking.store.owner.sessions import TENANT, Kept, Key, Session, key_of

# Each has its own places: an insert never waits behind dashboards, nor a dashboard behind exports, which last as long
# as their readers take.
Pool = Literal["reads", "streams", "inserts"]
_READS = max(4, 2 * (os.cpu_count() or 2))
PLACES: dict[Pool, int] = {"reads": _READS, "streams": _READS, "inserts": 4}
FOR_OTHERS = 1  # of the places to read; no tenant alone is given all
KEPT = 64  # idle sessions: 0.1 MB each
WAIT_SECONDS: dict[Pool, float] = {"reads": 5, "streams": 5, "inserts": 30}


class CannotOpen(Exception):
    """The directory is another owner's, or the engine does not accept it. The message is for whoever starts it."""


class Engine:
    def __init__(self, directory: Path, memory: int) -> None:
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
        self._kept, self.kinds = Kept(KEPT), Kinds()
        self._pools = {pool: _places(pool) for pool in PLACES}

    @contextmanager
    def session(self, pool: Pool, database: str, settings: Mapping[str, str], watch: Watch) -> Iterator[Session]:
        """A connection with its database and settings, for one statement. Raises Refusal; the engine's errors too.

        Whoever is gone, as `watch` tells, waits for no place any more.
        """
        key = key_of(database, settings)
        with self._pools[pool].taken(settings.get(TENANT, HOUSE), watch), _in_its_words():
            # Only questions come again with the same settings: each insert has a token of its own.
            session = self._kept.take(key) if pool == "reads" else None
            session = session or self._made(key)
            session.begin()
            ended_well = False
            try:
                yield session
                ended_well = True
            finally:
                may_follow = session.end()
                if ended_well and may_follow and pool == "reads":
                    self._kept.put(session)
                else:
                    session.connection.close()

    def _made(self, key: Key) -> Session:
        session = Session(self._connect(self._path), key, self._kill)
        try:
            session.set_up()
        except BaseException:
            session.connection.close()
            raise
        return session

    def _kill(self, mark: str) -> bool:
        """Stops the statement of the session that has this mark. Whether the engine knew it: it may not yet."""
        kill = "KILL QUERY WHERE Settings['log_comment'] = {mark:String} ASYNC"
        with suppress(Refusal), self._fresh() as connection:
            return bool(connection.query(kill, "TSV", params={"mark": mark}).bytes())
        return False

    def drain(self, grace_s: float = 30) -> None:
        """Takes no more statements, finishes the inserts under way and stops the reads."""
        for places in self._pools.values():
            places.close()
        with suppress(Refusal), self._fresh() as connection:
            connection.query("KILL QUERY WHERE query_kind = 'Select' ASYNC", "Null")
        self._pools["inserts"].wait_until_free(grace_s)

    def close(self) -> None:
        self._kept.close()
        self._first.close()
        self._lock.close()

    @contextmanager
    def _fresh(self) -> Iterator[Any]:
        with _in_its_words():
            connection = self._connect(self._path)
            try:
                yield connection
            finally:
                connection.close()


def _places(pool: Pool) -> Places:
    size = PLACES[pool]
    return Places(size, WAIT_SECONDS[pool], most=size if pool == "inserts" else size - FOR_OTHERS)


@contextmanager
def _in_its_words() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # chdb raises it and subclasses of it, with ClickHouse's text
        raise EngineError(error) from error


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
