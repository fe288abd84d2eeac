"""The spool of this process: whether it is in use, what goes into it, and when it is not needed any more."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import redis
from django.conf import settings

from config.lib import metrics
from tracking.spool import file
from tracking.spool.file import SpoolFile, SpoolFull
from tracking.spool.records import Record, pack

logger = logging.getLogger(__name__)

LEAST_BYTES = 8 << 20  # a request needs at most 6 MB
SUSPECTED_S = 1.0
MOST_BEHIND_S = 5.0  # for so long the spools of others are waited for
ASKERS = 64  # threads that may wait for a late answer of the log at once
SHUT_AT_MOST_S = 0.2  # for whom has come meanwhile
# Answers of a server that is there and cannot write now. Any other refusal is a fault of ours, and waiting mends none.
NOT_NOW = ("OOM", "MISCONF", "READONLY", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "LOADING")


class Spool:
    """`wake` is set when there is something to drain."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.file: SpoolFile | None = None
        self.position = 0  # all before it is logged
        self.wake = threading.Event()
        self._lock = threading.Lock()
        self.suspected_until = 0.0
        self._writers = 0
        self._caught_up_at = 0.0  # when for the first time all of it was logged
        self._door = threading.Event()
        self._door.set()
        self.askers = ThreadPoolExecutor(ASKERS, "log")

    def keep(self, record: Record) -> None:
        """Returns when it is on the disk. Raises SpoolFull."""
        packed = pack(record)
        try:
            with self._opened() as opened:
                opened.append(packed, settings.SPOOL_MB << 20)
        except (SpoolFull, OSError) as error:
            metrics.SPOOL.labels(result="refused").inc()
            raise SpoolFull(f"the log is away, and the spool cannot be written: {error}") from error
        metrics.SPOOL.labels(result="kept").inc()
        self.wake.set()

    def open(self) -> None:
        """From now on what comes goes behind what waits in this process, or in files that it gave up."""
        try:
            with self._opened():
                self.wake.set()
        except OSError:
            suspect()

    @contextmanager
    def _opened(self) -> Iterator[SpoolFile]:
        """The file, which is not closed meanwhile."""
        with self._lock:
            if self.file is None or self.file.is_failed:
                self.file, self.position, self._caught_up_at = file.create(), 0, 0.0
                logger.warning("the ingest log is away; requests are kept in %s", self.file.path)
            self._writers += 1
            opened = self.file
        try:
            yield opened
        finally:
            with self._lock:
                self._writers -= 1

    def is_behind_others(self) -> bool:
        """Whether those of other processes are to be waited for, before the log is used again: for a while."""
        with self._lock:
            if self.file is None:
                return False
            if self._is_drained():
                self.file.empty()  # so that the others see it
                self.position = 0
            now_s = time.monotonic()
            self._caught_up_at = self._caught_up_at or now_s
            return _others_wait(self.file) and now_s - self._caught_up_at < MOST_BEHIND_S

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Who comes now waits until it is over, unless it takes too long."""
        self._door.clear()
        try:
            yield
        finally:
            self._door.set()

    def wait_if_shut(self) -> None:
        self._door.wait(SHUT_AT_MOST_S)

    def close_if_drained(self) -> bool:
        """Whether nothing waits any more: the log is used again."""
        with self._lock:
            if self.file is None:
                return True
            if not self._is_drained():
                return False
            self.file.remove()
            self.file = None
            logger.warning("what was kept while the ingest log was away is logged")
            return True

    def _is_drained(self) -> bool:
        return self.file is not None and not self._writers and self.position >= self.file.size


def _others_wait(own: SpoolFile) -> bool:
    return any(path.exists() and path.stat().st_size for path in file.files(but=own.path))


_here = Spool()


def here() -> Spool:
    """That of this process."""
    return _here


def _begin_anew() -> None:
    global _here
    _here = Spool()


os.register_at_fork(after_in_child=_begin_anew)  # a child has its own


def is_open() -> bool:
    """Whether the log is away, or was, and not all of it is made up for."""
    return _here.file is not None or time.monotonic() < _here.suspected_until


def suspect() -> None:
    """Somebody else waited for the log in vain: the next one need not. Harmless where it is not so."""
    here().suspected_until = time.monotonic() + SUSPECTED_S


def is_away(error: redis.RedisError) -> bool:
    """Whether the server cannot write now, whoever asks it."""
    return isinstance(error, redis.ConnectionError | redis.TimeoutError) or str(error).startswith(NOT_NOW)


def has_room() -> bool:
    """Whether this process could keep a request now. Tries to make the folder; never raises."""
    own, most = _here.file, settings.SPOOL_MB << 20
    if own and own.size + LEAST_BYTES > most:
        return False
    try:
        where = file.prepared_folder()
        return most > 0 and os.access(where, os.W_OK) and shutil.disk_usage(where).free > LEAST_BYTES
    except OSError:
        return False
