"""The thread that brings what was kept into the log when it is back: first what processes left that are gone."""

import logging
import threading
import time

import msgspec
import redis

from config.lib import metrics
from tracking import buffer
from tracking.spool import file, process
from tracking.spool.file import SpoolFile
from tracking.spool.records import HEAD, MARK, decode, split

logger = logging.getLogger(__name__)

LOOKED_EVERY_S = 2.0  # for files of processes that are gone
TRIED_EVERY_S = 0.2  # while the log is away
READ_BYTES = 16 << 20  # a record has at most 6 MB

_started: int = 0  # pid


def start() -> None:
    """In this process; twice is once."""
    global _started
    spool = process.here()
    if _started != spool.pid:
        _started = spool.pid
        threading.Thread(target=_run, args=(spool,), name="spool", daemon=True).start()


def _run(spool: process.Spool) -> None:
    while True:
        spool.wake.wait(LOOKED_EVERY_S)
        try:
            if drain(spool):
                spool.wake.clear()
        except redis.RedisError:
            pass  # still away
        except Exception:
            logger.exception("the spool cannot be drained")
        if spool.file:
            time.sleep(TRIED_EVERY_S)


def drain(spool: process.Spool) -> bool:
    """Log what waits; whether that was all. Raises redis.RedisError while the log is away."""
    left = file.files(but=spool.file.path if spool.file else None)
    if not left and spool.file is None:
        return True
    buffer.check()
    for path in left:
        if abandoned := file.take_over(path):
            _log_from(abandoned, 0)
            abandoned.remove()
    if spool.file:
        spool.position = _log_from(spool.file, spool.position)
    return spool.close_if_drained()


def _log_from(opened: SpoolFile, position: int) -> int:
    """How far it is logged now."""
    while data := opened.read(position, READ_BYTES):
        position += _log_all(opened, data, position, is_rest=position + len(data) >= opened.durable)
    return position


def _log_all(opened: SpoolFile, data: bytes, base: int, is_rest: bool) -> int:
    """How many bytes are dealt with: all, or up to a record that is cut off."""
    for found in split(data):
        if not found.mark and found.end == len(data) and found.start and not is_rest:
            return found.start
        if found.mark == MARK:
            _log(opened, data[found.start + HEAD.size : found.end])
            opened.mark_done(base + found.start)
        elif not found.mark:
            logger.error("%d bytes of %s are no record; they are set aside", found.end - found.start, opened.path)
            opened.set_aside(data[found.start : found.end])
    return len(data)


def _log(opened: SpoolFile, packed: bytes) -> None:
    """False from the log means that it was logged before: the answer was lost, or the process that drained died."""
    try:
        record = decode(packed)
        buffer.append(record.envelopes, record.request_key, record.tally, record.ration)
        metrics.SPOOL.labels(result="logged").inc()
    except (redis.ResponseError, msgspec.MsgspecError) as error:
        if isinstance(error, redis.RedisError) and process.is_away(error):
            raise
        logger.exception("a record of %s cannot be logged; it is set aside", opened.path)
        opened.set_aside(packed)
