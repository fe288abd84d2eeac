"""The thread that brings what was kept into the log when it is back: first what processes left that are gone."""

import logging
import threading
import time
from collections.abc import Iterator

import msgspec
import redis

from config.lib import metrics
from tracking import buffer, kafka
from tracking.append import Entry, append_all
from tracking.spool import file, process
from tracking.spool.file import SpoolFile
from tracking.spool.records import HEAD, MARK, decode, split

logger = logging.getLogger(__name__)

LOOKED_EVERY_S = 2.0  # for files of processes that are gone
TRIED_EVERY_S = 0.2  # while the log is away
READ_BYTES = 16 << 20  # a record has at most 6 MB
GROUP_RECORDS, GROUP_BYTES = 256, 4 << 20  # are logged at once
MOST_SHUT_S = 1.0  # for so long nobody new may write

Packed = tuple[int, bytes]  # a record, and where in the file it stands

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
    """Log what waits; whether that was all, and the log is used again. Raises redis.RedisError while it is away."""
    left = file.files(but=spool.file.path if spool.file else None)
    if not left and spool.file is None:
        return True
    buffer.check()
    for path in left:
        if abandoned := file.take_over(path):
            _log_from(abandoned, 0, abandoned.size)
            abandoned.remove()
    if opened := spool.file:
        spool.position = _log_from(opened, spool.position, opened.durable)
    return not spool.is_behind_others() and _finish(spool)


def _finish(spool: process.Spool) -> bool:
    """The last of it, while nobody new may write: somebody always would."""
    end = time.monotonic() + MOST_SHUT_S
    with spool.shut():
        while opened := spool.file:
            spool.position = _log_from(opened, spool.position, opened.durable)
            if spool.close_if_drained():
                break
            if time.monotonic() > end:
                return False
            time.sleep(0.001)  # somebody is still writing
    return True


def _log_from(opened: SpoolFile, position: int, upto: int) -> int:
    """How far it is logged now."""
    while position < upto and (data := opened.read(position, READ_BYTES)):
        position += _log_all(opened, data, position, is_rest=position + len(data) >= opened.durable)
    return position


def _log_all(opened: SpoolFile, data: bytes, base: int, is_rest: bool) -> int:
    """How many bytes are dealt with: all, or up to a record that is cut off."""
    end, waiting = len(data), []
    for found in split(data):
        if not found.mark and found.end == len(data) and found.start and not is_rest:
            end = found.start
        elif found.mark == MARK:
            waiting.append((base + found.start, data[found.start + HEAD.size : found.end]))
        elif not found.mark:
            logger.error("%d bytes of %s are no record; they are set aside", found.end - found.start, opened.path)
            opened.set_aside(data[found.start : found.end])
    for group in _groups(waiting):
        _log(opened, group)
    return end


def _groups(waiting: list[Packed]) -> Iterator[list[Packed]]:
    group: list[Packed] = []
    size = 0
    for each in waiting:
        if group and (len(group) == GROUP_RECORDS or size + len(each[1]) > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(each)
        size += len(each[1])
    if group:
        yield group


def _log(opened: SpoolFile, group: list[Packed]) -> None:
    """With one wait for the disk: one by one they would be slower than what comes meanwhile.

    What the log knows already (the answer was lost, or the process that drained died) is not logged again.
    """
    try:
        append_all([_entry(packed) for _, packed in group])
        metrics.SPOOL.labels(result="logged").inc(len(group))
    except (redis.ResponseError, msgspec.MsgspecError) as error:
        if isinstance(error, redis.RedisError) and process.is_away(error):
            raise
        if len(group) > 1:
            for each in group:
                _log(opened, [each])
            return
        logger.exception("a record of %s cannot be logged; it is set aside", opened.path)
        opened.set_aside(group[0][1])
    for place, _ in group:
        opened.mark_done(place)


def _entry(packed: bytes) -> Entry:
    record = decode(packed)
    return Entry(kafka.put(record.envelopes), record.request_key, record.tally, record.ration)
