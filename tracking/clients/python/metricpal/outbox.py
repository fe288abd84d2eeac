"""What waits to be sent, and the thread that sends it.

    put ─► queue (bounded) ─► batches ─► answered: gone │ transient: again, later │ refused: dropped and counted

The thread starts with the first event, also in a child process after a fork: of what waited at that moment the parent
sends its part, the child begins with nothing.
"""

import atexit
import logging
import os
import random
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from metricpal.plain import encode
from metricpal.transport import Answer, Transport

log = logging.getLogger("metricpal")
FIRST_WAIT_S, LONGEST_WAIT_S, LONGEST_ASKED_S = 0.5, 60.0, 300.0
LARGEST_BODY = 900_000  # bytes; the server takes a megabyte
AT_EXIT_S = 5.0


@dataclass(frozen=True)
class Counts:
    """Of events since the start: waiting + sent + dropped = all that were put."""

    waiting: int = 0
    sent: int = 0
    dropped: int = 0


class Outbox:
    """Thread-safe. `tick` is called before each round and says whether nothing of its own is left; `ended` when the
    thread is over; `forget` in a child process, whose parent sends what waits."""

    def __init__(
        self,
        transport: Transport,
        *,
        batch_size: int,
        flush_interval_s: float,
        max_queue: int,
        max_tries: int,
        tick: Callable[[], bool] = lambda: True,
        ended: Callable[[], None] = lambda: None,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self._transport, self._tick, self._ended, self._forget = transport, tick, ended, forget
        self._batch_size, self._interval_s = min(batch_size, 500), flush_interval_s
        self._max_queue, self._max_tries = max_queue, max_tries
        self._begin()
        _alive.add(self)

    def _begin(self) -> None:
        self._queue: deque[dict[str, Any]] = deque()
        self._changed = threading.Condition()
        self._counts = Counts()
        self._thread: threading.Thread | None = None
        self._asked = self._served = 0  # flushes: of the two, the second is that of the last round's beginning
        self._ticked, self._closed, self._refused = True, False, False
        self._pid = os.getpid()

    def put(self, event: dict[str, Any]) -> bool:
        """False where it was not taken: the queue is full, the client is closed, or the key was refused."""
        with self._changed:
            if self._closed or self._refused or len(self._queue) >= self._max_queue:
                self._count(dropped=1)
                return False
            self._queue.append(event)
            self._start()
            if len(self._queue) >= self._batch_size:
                self._changed.notify_all()
            return True

    def wake(self) -> None:
        """Something other than events waits: the thread is to look."""
        with self._changed:
            if not self._closed:
                self._start()

    def flush(self, timeout_s: float) -> bool:
        """Sends what waits, now. Whether all of it was answered for within `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            self._start()
            self._asked = mine = self._asked + 1
            self._changed.notify_all()
            while self._served < mine or self._queue:
                left = deadline - time.monotonic()
                if left <= 0 or self._refused:
                    break
                self._changed.wait(left)
            return self._served >= mine and self._ticked and not self._queue

    def close(self, timeout_s: float) -> bool:
        if self._closed:  # at exit too: the thread is over, and would never answer
            return not self._queue
        done = self.flush(timeout_s) if self._queue or self._thread else True
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        return done

    def counts(self) -> Counts:
        with self._changed:
            return replace(self._counts, waiting=len(self._queue))

    def after_fork(self) -> None:
        """In the child: its parent sends what waited; locks and thread of the parent are not there."""
        self._transport.forget()
        self._begin()
        self._forget()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="metricpal", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._asked == self._served and len(self._queue) < self._batch_size and not self._closed:
                    self._changed.wait(self._interval_s)
                over, asked = self._closed, self._asked
            self._round()
            with self._changed:
                self._served = asked
                self._changed.notify_all()
            if over:
                self._transport.close()
                self._ended()
                return

    def _round(self) -> None:
        try:
            self._ticked = self._tick()
        except Exception:
            log.exception("MetricPal: a tick failed")
        while batch := self._next():
            self._deliver(batch)

    def _next(self) -> list[dict[str, Any]]:
        """The leading events that fit one body. They stay in the queue until they are answered for."""
        batch: list[dict[str, Any]] = []
        size = 0
        with self._changed:
            for event in list(self._queue)[: self._batch_size]:
                size += len(encode(event)) + 1
                if batch and size > LARGEST_BODY:
                    break
                batch.append(event)
        return batch

    def _deliver(self, batch: list[dict[str, Any]]) -> None:
        for tries in range(1, self._max_tries + 1):
            answer = self._transport.send("POST", "/api/v1/collect", encode({"events": batch}))
            if not answer.is_transient:
                return self._answered(answer, batch)
            if tries < self._max_tries and not self._closed:
                self._wait(answer, tries)
        self._gone(batch, dropped=len(batch), why=f"no answer after {self._max_tries} tries")

    def _answered(self, answer: Answer, batch: list[dict[str, Any]]) -> None:
        if answer.status < 300:
            refused = _refusals(answer.body)
            return self._gone(batch, sent=len(batch) - len(refused), dropped=len(refused), why="; ".join(refused[:3]))
        if answer.status == 413 and len(batch) > 1:
            half = len(batch) // 2
            self._deliver(batch[:half])
            return self._deliver(batch[half:])
        if answer.status in (401, 403):
            self._refused = True
        detail = answer.body.get("detail", "") if isinstance(answer.body, dict) else ""
        self._gone(batch, dropped=len(batch), why=f"{answer.status} {detail}")

    def _gone(self, batch: list[dict[str, Any]], *, sent: int = 0, dropped: int = 0, why: str = "") -> None:
        if why:
            log.warning("MetricPal: %d events are lost: %s", dropped, why)
        with self._changed:
            for _ in batch:
                self._queue.popleft()
            if self._refused:
                dropped += len(self._queue)
                self._queue.clear()
            self._count(sent=sent, dropped=dropped)

    def _count(self, *, sent: int = 0, dropped: int = 0) -> None:
        self._counts = replace(self._counts, sent=self._counts.sent + sent, dropped=self._counts.dropped + dropped)

    def _wait(self, answer: Answer, tries: int) -> None:
        """As long as the server asks for, else doubling, half of it random."""
        usual = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (tries - 1)) * (0.5 + random.random() / 2)
        wait_s = usual if answer.retry_after is None else min(answer.retry_after, LONGEST_ASKED_S)
        with self._changed:
            self._changed.wait_for(lambda: self._closed, wait_s)


def _refusals(body: Any) -> list[str]:
    """What the server said of the events it did not take, as the sentences it gave."""
    results = body.get("results") if isinstance(body, dict) else None
    refused = [each for each in results or [] if isinstance(each, dict) and each.get("status") == "rejected"]
    return [str(each.get("detail") or each.get("code")) for each in refused]


_alive: "weakref.WeakSet[Outbox]" = weakref.WeakSet()


@atexit.register
def _send_what_waits() -> None:
    for outbox in list(_alive):
        outbox.close(AT_EXIT_S)


def _forget_in_child() -> None:
    for outbox in list(_alive):
        outbox.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
