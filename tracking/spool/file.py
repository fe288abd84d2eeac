"""One file of records: written by one process, on the disk before `append` returns; when it is gone, taken over.

Senders that come at the same time share an fsync: who finds that a later one has covered their record need not wait for
another. A file whose disk failed is not written to any more; what was acknowledged from it is still drained.
"""

import fcntl
import os
import secrets
import threading
from pathlib import Path

import redis
from django.conf import settings

from tracking.spool.records import DONE

SUFFIX, DAMAGED = ".spool", ".damaged"


class SpoolFull(redis.RedisError):  # type: ignore[misc]
    """The log is away, and there is no room to wait for it: none on the disk, or none by the setting."""


class SpoolFile:
    """Open and locked: by its writer, or by whoever drains it for a process that is gone."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self.descriptor = path, descriptor
        self.size = self._durable = os.fstat(descriptor).st_size
        self._failed: OSError | None = None
        self._writing, self._syncing = threading.Lock(), threading.Lock()

    def append(self, packed: bytes, most: int) -> None:
        """Returns when it is on the disk. Raises SpoolFull and OSError: then it must not be acknowledged."""
        with self._writing:
            if self.size + len(packed) > most:
                raise SpoolFull("the spool has no more room")
            self._write(packed)
            self.size = end = self.size + len(packed)
        with self._syncing:
            if self._failed:
                raise self._failed
            if self._durable < end:
                self._sync()

    def _write(self, packed: bytes) -> None:
        written = 0
        while written < len(packed):
            try:
                written += os.pwrite(self.descriptor, packed[written:], self.size + written)
            except OSError as error:
                os.ftruncate(self.descriptor, self.size)
                raise SpoolFull(f"the spool cannot be written: {error}") from error

    def _sync(self) -> None:
        upto = self.size
        try:
            os.fdatasync(self.descriptor)
        except OSError as error:  # nobody knows what of it is on the disk, and asking again would lie
            self._failed = error
            raise
        self._durable = upto

    def read(self, start: int, most: int) -> bytes:
        """What is on the disk from `start` on, at most `most` bytes."""
        return os.pread(self.descriptor, min(most, max(0, self._durable - start)), start)

    @property
    def durable(self) -> int:
        """Bytes that are on the disk."""
        return self._durable

    @property
    def is_failed(self) -> bool:
        return self._failed is not None

    def mark_done(self, start: int) -> None:
        """For who looks on. Not waited for: a record that is logged again changes nothing."""
        os.pwrite(self.descriptor, DONE, start)

    def set_aside(self, data: bytes) -> None:
        """Keep bytes that are no record for a person to look at."""
        with self.path.with_suffix(DAMAGED).open("ab") as file:
            file.write(data)

    def empty(self) -> None:
        """When all of it is logged and nobody is writing."""
        os.ftruncate(self.descriptor, 0)
        self.size = self._durable = 0

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def folder() -> Path:
    return settings.VAR_DIR / "spool"


def prepared_folder() -> Path:
    where = folder()
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    return where


def create() -> SpoolFile:
    """A new file of this process. Raises OSError where nothing can be written."""
    where = prepared_folder()
    path = where / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _sync_folder(where)  # else the file could be gone after a power failure, with all that is in it
    except OSError:
        os.close(file)
        path.unlink(missing_ok=True)
        raise
    return SpoolFile(path, file)


def files(but: Path | None = None) -> list[Path]:
    """Those of all processes of this machine, oldest first."""
    found = [path for path in folder().glob(f"*{SUFFIX}") if path != but]
    return sorted(found, key=_age)


def take_over(path: Path) -> SpoolFile | None:
    """A file whose process is gone; None while it lives, or when somebody else was faster."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    if not path.exists():  # drained and removed between the two
        os.close(file)
        return None
    return SpoolFile(path, file)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _sync_folder(where: Path) -> None:
    descriptor = os.open(where, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
