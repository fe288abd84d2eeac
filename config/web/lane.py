"""Connections whose requests are answered in the worker's own thread, as long as nothing has to be waited for.

    readable ─► bytes ─► heads.read ─► direct.begin ─► group ─► direct.finish ─► bytes
                             │              └─ not ordinary: direct.answer in a thread
                             └─ not ours: the connection goes to gunicorn, with all bytes that came

A connection holds at most one request and what was sent ahead behind it, and may take PATIENCE_S for a request to
come whole: then it is closed, and no thread has waited for it.
"""

import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol

from django.conf import settings

from config.lib import clock, metrics
from config.web import heads, replies
from config.web.heads import Head, NotOurs
from tracking import direct, spool
from tracking.append import LOGGED
from tracking.direct import Reply, Waiting
from tracking.group import Group

CHUNK_BYTES = 1 << 16
LINGER_S = 2.0  # for the sender to close, after our last answer
CONNECT_EVERY_S = 0.5


class Host(Protocol):
    """What the lane needs of the worker around it."""

    poller: selectors.BaseSelector

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """In a thread."""

    def defer(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Later, in the lane's thread. For any thread."""

    def serve(self, connection: Any, ahead: bytes) -> None:
        """A connection that is no longer the lane's, and what has been read of it."""

    def ended(self) -> None:
        """A connection of the lane has ended."""

    def stays(self) -> bool:
        """Whether connections may be kept. Asked before each answer."""


class Line:
    """One connection. `buffer` is what came and is not answered yet."""

    __slots__ = ("buffer", "connection", "head", "is_busy", "is_leaving", "is_polled", "peer", "sock")

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.sock: socket.socket = connection.sock
        client = connection.client
        self.peer: str = str(client[0]) if isinstance(client, tuple) else ""
        self.buffer = bytearray()
        self.head: Head | None = None  # of the request that is coming
        self.is_busy = self.is_leaving = self.is_polled = False


class Lane:
    def __init__(self, host: Host, patience_s: float) -> None:
        self.host, self.patience_s = host, patience_s
        self.group = Group()
        self.quiet: dict[Line, float] = {}  # until when they may be so, the first to end first
        self.leaving: dict[Line, float] = {}
        self._connecting_at = float("-inf")
        self._polled = -1

    def take(self, connection: Any) -> None:
        """Serves a connection from now on."""
        line = Line(connection)
        self._listen(line)
        self._rest(line)

    def turn(self, now_s: float) -> None:
        """Once for each round of the poller: sends what gathered, ends what took too long."""
        if self.group.is_late():
            spool.suspect()  # who tries for himself now need not wait as long again
            self._lose()
        if not self.group.is_open:
            self._connect(now_s)
        self.group.send()
        for lines in (self.quiet, self.leaving):
            while lines and (line := next(iter(lines))) and lines[line] <= now_s:
                self._drop(line)

    def cap(self, until_s: float) -> None:
        """Nobody may be quiet for longer than that."""
        self.quiet = {line: min(end, until_s) for line, end in self.quiet.items()}

    def close(self) -> None:
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
            if not line.buffer:
                self._rest(line)
            line.buffer += came
            self._next(line)
            if line.is_busy and len(line.buffer) > CHUNK_BYTES:
                self._ignore(line)

    def _next(self, line: Line) -> None:
        """Begins the first request of the buffer, if it is there."""
        if line.is_busy or not line.buffer:
            return
        try:
            line.head = line.head or heads.read(line.buffer, line.peer)
        except NotOurs:
            self._hand_over(line)
            return
        if line.head is None or len(line.buffer) < line.head.size + line.head.length:
            return
        head, end = line.head, line.head.size + line.head.length
        body = bytes(line.buffer[head.size : end])
        del line.buffer[:end]
        line.head, line.is_busy = None, True
        self.quiet.pop(line, None)
        self._begin(line, head, body)

    def _begin(self, line: Line, head: Head, body: bytes) -> None:
        now, began = clock.now(), time.perf_counter()
        begun = direct.begin(head.environ, body, now) if self.group.is_open else None
        if begun is None:
            self._in_thread(line, head, direct.answer, head.environ, body, now)
        elif isinstance(begun, Waiting):
            self.group.add(begun.entry, partial(self._told, line, head, begun, began))
        else:
            self._in_thread(line, head, direct.complete, begun)

    def _told(self, line: Line, head: Head, waiting: Waiting, began: float, answer: int | None) -> None:
        if answer != LOGGED:  # seen before, too little room, or the log is away
            self._in_thread(line, head, direct.complete, waiting.work)
            return
        reply = direct.finish(waiting)
        metrics.INGEST_SECONDS.observe(time.perf_counter() - began)
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

    def _hand_over(self, line: Line) -> None:
        self._ignore(line)
        self.quiet.pop(line, None)
        self.host.serve(line.connection, bytes(line.buffer))

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
        self._listen(line)
        self.leaving[line] = time.monotonic() + LINGER_S

    def _drop(self, line: Line) -> None:
        self._ignore(line)
        self.quiet.pop(line, None)
        self.leaving.pop(line, None)
        line.sock.close()
        self.host.ended()


def _send_rest(sock: socket.socket, text: bytes) -> None:
    sock.setblocking(True)
    sock.sendall(text)
    sock.setblocking(False)
