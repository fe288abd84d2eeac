"""Connections whose requests are answered in the worker's own thread, as long as nothing has to be waited for.

    readable ─► bytes ─► heads.read ─► direct.begin ─► group ─► direct.finish ─► bytes
                             │              └─ not ordinary: direct.answer in a thread
                             └─ not ours: gathered until it is whole, then gunicorn's with all bytes that came

A connection holds at most one request and what was sent ahead behind it. Somebody may be quiet for `patience_s`: then
who has sent half of a request is told so, and no thread has waited for the rest, whoever's request it is.
"""

import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from django.conf import settings

from config.lib import clock, metrics
from config.lib.problems import Problem
from config.web import heads, refusals, replies
from config.web.heads import Head, NotOurs
from config.web.lines import Host, Line
from tracking import direct, spool
from tracking.append import LOGGED
from tracking.direct import Reply, Waiting
from tracking.group import Asker, Group
from tracking.spool import Cover

CHUNK_BYTES = 1 << 16
MOST_GATHERED = 64 << 20  # bytes of all requests together that are still coming
LINGER_S = 2.0  # for the sender to close, after our last answer
READING_S = 10.0  # for a sender to take an answer off our hands
CONNECT_EVERY_S = 0.5


class Lane:
    def __init__(self, host: Host, patience_s: float) -> None:
        self.host, self.patience_s = host, patience_s
        self.group = Group()
        self.quiet: dict[Line, float] = {}  # until when they may be so, the first to end first
        self.leaving: dict[Line, float] = {}
        self.counted = metrics.Gathering()
        self._connecting_at = float("-inf")
        self._polled = -1

    def take(self, connection: Any, ahead: bytes = b"") -> None:
        """Serves a connection from now on. `ahead` is what has been read of it."""
        line = Line(connection)
        self._listen(line)
        self._rest(line)
        line.add(ahead)
        self._next(line)

    def turn(self, now_s: float) -> None:
        """Once for each round of the poller: sends what gathered, ends what took too long."""
        if self.group.is_late():
            spool.suspect()  # who tries for himself now need not wait as long again
            self._lose()
        if not self.group.is_open:
            self._connect(now_s)
        if late := self.group.late():
            done = self.host.submit(spool.Cover, [each.record() for each in late])
            done.add_done_callback(partial(self.host.defer, _covered, late))
        self.group.send()
        self.counted.turn(now_s)
        for lines in (self.quiet, self.leaving):
            while lines and (line := next(iter(lines))) and lines[line] <= now_s:
                self._end(line)

    def cap(self, until_s: float) -> None:
        """Nobody may be quiet for longer than that."""
        self.quiet = {line: min(end, until_s) for line, end in self.quiet.items()}

    @property
    def is_pending(self) -> bool:
        """Whether the next turn must come soon, whoever sends something."""
        return self.group.is_waited_for or not self.counted.is_empty

    def close(self) -> None:
        self.counted.write()
        for line in [*self.quiet, *self.leaving]:
            self._drop(line)

    # --- the log

    def _connect(self, now_s: float) -> None:
        # With Kafka the brokers have to take each entry before the log does, which is for a thread to wait for.
        if settings.KAFKA_BROKERS or now_s - self._connecting_at < CONNECT_EVERY_S:
            return
        self._connecting_at = float("inf")
        self.host.submit(self.group.connect).add_done_callback(partial(self.host.defer, self._connected))

    def _connected(self, done: "Future[None]") -> None:
        self._connecting_at = time.monotonic()
        if done.exception() is None:
            self._polled = self.group.fileno()
            self.host.poller.register(self._polled, selectors.EVENT_READ, self._logged)

    def _logged(self, _: object) -> None:
        with self.counted:
            self.group.receive()
        if self.group.is_open:
            self.group.send()
        else:
            self._lose()

    def _lose(self) -> None:
        self.group.close()
        if self._polled >= 0:
            self.host.poller.unregister(self._polled)
            self._polled = -1

    # --- a request

    def _readable(self, line: Line, _: object) -> None:
        try:
            came = line.sock.recv(CHUNK_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            came = b""
        if not came and line.is_busy:
            self._ignore(line)  # its request goes on; after the answer we look again
        elif not came:
            self._drop(line)
        elif not line.is_leaving:
            is_new = not line.buffer or line.received >= CHUNK_BYTES
            line.add(came)
            self._next(line)
            if is_new and line in self.quiet:  # most requests come whole: there is no rest of them to wait for
                self._rest(line)
            if line.is_busy and len(line.buffer) > CHUNK_BYTES:
                self._ignore(line)

    def _next(self, line: Line) -> None:
        """Begins the first request of the buffer, if it is there."""
        if line.is_busy or not line.buffer:
            return
        if line.is_foreign:
            self._gather(line)
            return
        try:
            line.head = line.head or heads.read(line.buffer, line.peer, line.before)
        except NotOurs:
            line.is_foreign = True
            self._gather(line)
            return
        if line.head is None or len(line.buffer) < line.head.size + line.head.length:
            return
        head, end = line.head, line.head.size + line.head.length
        body = bytes(line.buffer[head.size : end])
        del line.buffer[:end]
        line.before, line.head, line.is_busy = head, None, True
        self.quiet.pop(line, None)
        self._begin(line, head, body)

    def _gather(self, line: Line) -> None:
        """Waits for the rest of a request that is gunicorn's, so that no thread of gunicorn has to."""
        try:
            line.size = line.size or heads.size_of(line.buffer)
        except heads.Unbounded:
            self._hand_over(line, is_whole=False)
        except Problem as problem:
            self._refuse(line, problem)
        else:
            if line.size and len(line.buffer) >= line.size:
                self._hand_over(line, is_whole=True)
            elif len(line.buffer) > CHUNK_BYTES and sum(len(each.buffer) for each in self.quiet) > MOST_GATHERED:
                self._refuse(line, refusals.BUSY)

    def _begin(self, line: Line, head: Head, body: bytes) -> None:
        now, began = clock.now(), time.perf_counter()
        begun = direct.begin(head.environ, body, now) if self.group.is_open else None
        if begun is None:
            self._in_thread(line, head, direct.answer, head.environ, body, now)
        elif isinstance(begun, Waiting):
            told = partial(self._told, line, head, begun, began)
            self.group.add(begun.entry, told, begun.work.received_ms)
        else:
            self._in_thread(line, head, direct.complete, begun)

    def _told(self, line: Line, head: Head, waiting: Waiting, began: float, answer: int | None) -> None:
        if answer != LOGGED:  # seen before, too little room, or the log is away
            self._in_thread(line, head, direct.complete, waiting.work)
            return
        reply = direct.finish(waiting)
        metrics.observe(metrics.INGEST_SECONDS, time.perf_counter() - began)
        self._reply(line, head, reply)

    def _in_thread(self, line: Line, head: Head, function: Callable[..., Reply], *arguments: Any) -> None:
        done = self.host.submit(function, *arguments)
        done.add_done_callback(partial(self.host.defer, self._answered, line, head))

    def _answered(self, line: Line, head: Head, done: "Future[Reply]") -> None:
        self._reply(line, head, done.result())

    # --- the answer

    def _reply(self, line: Line, head: Head, reply: Reply) -> None:
        stays = self.host.stays() and head.stays
        text = replies.written(reply, stays)
        try:
            sent = line.sock.send(text)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self._drop(line)
            return
        if sent < len(text):  # who reads slowly gets a thread of its own
            self._ignore(line)
            done = self.host.submit(_send_rest, line.sock, text[sent:])
            done.add_done_callback(partial(self.host.defer, self._sent_rest, line, stays))
        else:
            self._replied(line, stays)

    def _sent_rest(self, line: Line, stays: bool, done: "Future[None]") -> None:
        if done.exception() is None:
            self._replied(line, stays)
        else:
            self._drop(line)

    def _replied(self, line: Line, stays: bool) -> None:
        line.is_busy = False
        if not stays:
            self._leave(line)
            return
        self._rest(line)
        self._listen(line)
        self._next(line)

    # --- the connection

    def _listen(self, line: Line) -> None:
        if not line.is_polled:
            self.host.poller.register(line.sock, selectors.EVENT_READ, partial(self._readable, line))
            line.is_polled = True

    def _ignore(self, line: Line) -> None:
        if line.is_polled:
            self.host.poller.unregister(line.sock)
            line.is_polled = False

    def _rest(self, line: Line) -> None:
        self.quiet.pop(line, None)
        self.quiet[line] = time.monotonic() + self.patience_s
        line.received = 0

    def _hand_over(self, line: Line, is_whole: bool) -> None:
        self._ignore(line)
        self.quiet.pop(line, None)
        self.host.serve(line.connection, bytes(line.buffer), is_whole)

    def _end(self, line: Line) -> None:
        """When its time is over."""
        if line.buffer and not line.is_leaving:
            self._refuse(line, refusals.LATE)
        else:
            self._drop(line)

    def _refuse(self, line: Line, problem: Problem) -> None:
        """The connection's last answer: where a next request would begin is not known."""
        self.quiet.pop(line, None)
        try:
            line.sock.send(refusals.written(problem))
        except OSError:
            self._drop(line)
            return
        self._leave(line)

    def part(self, connection: Any) -> None:
        """Ends a connection after an answer, without waiting for it."""
        self._leave(Line(connection))

    def _leave(self, line: Line) -> None:
        """Lets the sender close first: closing with bytes unread would take our answer back."""
        try:
            line.sock.setblocking(False)
            line.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(line)
            return
        line.is_leaving = True
        line.buffer.clear()
        self._listen(line)
        self.leaving[line] = time.monotonic() + LINGER_S

    def _drop(self, line: Line) -> None:
        self._ignore(line)
        self.quiet.pop(line, None)
        self.leaving.pop(line, None)
        line.sock.close()
        self.host.ended()


def _covered(late: list[Asker], done: "Future[Cover]") -> None:
    """Who has waited for a slow log is answered from the disk here; where that has no room, they go on waiting."""
    if done.exception() is None:
        for each in late:
            each.covered(done.result())


def _send_rest(sock: socket.socket, text: bytes) -> None:
    sock.settimeout(READING_S)
    sock.sendall(text)
    sock.setblocking(False)
