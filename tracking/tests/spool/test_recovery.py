"""P4: when the log is back, what was kept is logged faster than new requests come, and the log itself is used again."""

import os
import threading
import time
import zlib

from tracking import spool
from tracking.spool import drain, file, process
from tracking.spool.records import HEAD, MARK
from tracking.tests.door import entries

BACK_WITHIN_S = 20.0


def test_busy_senders_do_not_keep_the_spool_open_when_the_log_is_back(log_away, empty_log):
    """Somebody is always just about to write: that must not put off the end for ever."""
    log_away(True)
    done, acknowledged = threading.Event(), [0] * 4
    senders = [threading.Thread(target=_send, args=(done, acknowledged, number)) for number in range(4)]
    for each in senders:
        each.start()
    try:
        while sum(acknowledged) < 40:
            time.sleep(0.01)
        log_away(False)
        end = time.monotonic() + BACK_WITHIN_S
        while not drain.drain(process.here()) and time.monotonic() < end:
            time.sleep(0.01)
        is_open = spool.is_open()
    finally:
        done.set()
        for each in senders:
            each.join()
    drain.drain(process.here())

    assert not is_open
    assert len(entries()) == sum(acknowledged)


def _send(done: threading.Event, acknowledged: list[int], number: int) -> None:
    while not done.is_set():
        spool.log(1, {0: b"%d %d" % (number, acknowledged[number])}, os.urandom(16))
        acknowledged[number] += 1


def test_a_record_that_cannot_be_logged_is_set_aside_and_its_neighbours_are_logged(log_away, empty_log, settings):
    log_away(True)
    broken = b"\xc1 no record of ours"
    spool.log(1, {0: b"before"}, b"1")
    process.here().file.append(HEAD.pack(MARK, len(broken), zlib.crc32(broken)) + broken, settings.SPOOL_MB << 20)
    spool.log(1, {0: b"after"}, b"2")
    log_away(False)

    assert drain.drain(process.here())
    (aside,) = file.folder().iterdir()
    assert (entries(), aside.read_bytes()) == ([b"before", b"after"], broken)
