"""A connection to the lane, without a worker around it: bytes in, bytes out, and what was left to gunicorn."""

import selectors
import socket
import time
from concurrent.futures import Future
from types import SimpleNamespace, TracebackType
from typing import Any, NamedTuple, Self

from config.web.lane import Lane

PATIENCE_S = 5.0


class Read(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """Its lane runs in the test's own thread, as do the things it gives to others."""

    def __init__(self, patience_s: float = 15.0) -> None:
        self.poller = selectors.DefaultSelector()
        self.lane = Lane(self, patience_s)
        self.client, self.server = socket.socketpair()
        self.client.setblocking(False)
        self.served: list[bytes] = []  # what gunicorn got to read
        self.has_ended = self.was_whole = False
        self.keeps = True
        self.server.setblocking(False)
        self.lane.take(SimpleNamespace(sock=self.server, client=("127.0.0.1", 1)))
        self._received = b""

    def __enter__(self) -> Self:
        self.lane.turn(time.monotonic())  # which connects to the log
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.lane.group.close()
        self.client.close()
        self.server.close()
        self.poller.close()

    def turn(self, wait_s: float = 0.0) -> None:
        """One round of the worker's loop."""
        for key, _ in self.poller.select(wait_s):
            key.data(key.fileobj)
        self.lane.turn(time.monotonic())

    def ask(self, *parts: bytes) -> Read:
        """Sends the parts one after the other; the next whole answer, or an empty one when none is to come."""
        for part in parts:
            while part and not self.served:
                part = part[self._send(part) :]
                self.turn()
        return self.answer()

    def ask_without_waiting(self, part: bytes) -> list[bytes]:
        """Sends what may be half of a request; what gunicorn got to read by then."""
        while part:
            part = part[self._send(part) :]
            self.turn()
        self.turn()
        return self.served

    def _send(self, part: bytes) -> int:
        try:
            return self.client.send(part)
        except BlockingIOError:
            return 0

    def answer(self) -> Read:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            self._receive()
            if (found := self._whole()) is not None:
                return found
            if self.served:
                break
            self.turn(0.01)
        return Read(0, {}, b"")

    def is_closed(self) -> bool:
        """Whether the lane has closed its side."""
        self._receive()
        return self._is_at_end

    _is_at_end = False

    def _receive(self) -> None:
        try:
            came = self.client.recv(1 << 16)
        except BlockingIOError:
            return
        self._received += came
        self._is_at_end = not came

    def _whole(self) -> Read | None:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        length = int(headers["Content-Length"])
        if len(rest) < length:
            return None
        self._received = rest[length:]
        return Read(int(first.split()[1]), headers, rest[:length])

    # --- what the lane asks for (config.web.lane.Host)

    def submit(self, function: Any, *arguments: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(function(*arguments))
        except Exception as error:
            done.set_exception(error)
        return done

    def defer(self, function: Any, *arguments: Any) -> None:
        function(*arguments)

    def serve(self, connection: Any, ahead: bytes, is_whole: bool) -> None:
        self.served.append(ahead)
        self.was_whole = is_whole

    def ended(self) -> None:
        self.has_ended = True

    def stays(self) -> bool:
        return self.keeps
