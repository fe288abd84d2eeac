"""What a log that is late with its answer is not waited for: the request is kept here as well, and its sender answered.

    asked ─► late (LATE_S) ─► kept in a file of its own, fsynced ─► 200
                                ├─ the log answers after all ─► the file is thrown away
                                └─ it does not               ─► the file is drained, like one whose process is gone

A slow disk and a server that is gone look the same at first, and nothing is decided here: the log goes on being asked,
and used by whoever comes, until it has failed. The request's key keeps what is in both places from counting twice.
"""

import logging
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial

from django.conf import settings

from config.lib import metrics
from tracking.spool import drain, file, process
from tracking.spool.file import SpoolFull
from tracking.spool.records import Record, pack

LATE_S = 0.15  # a healthy log needs a few ms
logger = logging.getLogger(__name__)


class Cover:
    """Of some requests, until it is known of each what the log did."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Returns when they are on the disk. Raises SpoolFull and OSError."""
        if not settings.SPOOL_MB:
            raise SpoolFull("no room is set aside")
        packed = [pack(each) for each in records]
        self._file, self._unknown, self._is_due = file.create(), len(packed), False
        try:
            self._file.append(b"".join(packed), settings.SPOOL_MB << 20)
        except (SpoolFull, OSError):
            self._file.remove()
            raise
        metrics.SPOOL.labels(result="covered").inc(len(packed))

    def settle(self, is_logged: bool) -> None:
        """Of one of them. Call as often as there are requests."""
        self._unknown -= 1
        self._is_due |= not is_logged
        if self._unknown:
            return
        if self._is_due:
            self._fall_due()
        else:
            self._file.remove()

    def _fall_due(self) -> None:
        """What is closed and still there is anybody's to drain; what comes now goes behind it."""
        os.close(self._file.descriptor)
        logger.warning("the ingest log did not answer; what was kept instead will be logged from %s", self._file.path)
        process.here().open()
        drain.start()


def in_time(ask: Callable[[], bool], record: Callable[[], Record]) -> bool:
    """What the log answers; True when it is late, and the request is kept here. Raises what `ask` does."""
    asked = process.here().askers.submit(ask)
    try:
        return asked.result(LATE_S)
    except TimeoutError:
        if asked.done():
            return asked.result()
    try:
        cover = Cover([record()])
    except (SpoolFull, OSError):
        return asked.result()
    asked.add_done_callback(partial(_settle, cover))
    return True


def _settle(cover: Cover, asked: "Future[bool]") -> None:
    cover.settle(not asked.cancelled() and asked.exception() is None)
