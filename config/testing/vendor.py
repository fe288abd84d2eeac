"""A stand-in for a tool of somebody else: a real HTTP server that keeps what it got and answers what it is told."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest


@dataclass(frozen=True)
class Received:
    """One request. Header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """`hang` never answers, `cut` breaks off after half of the body."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    hang: bool = False
    cut: bool = False


class Vendor:
    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        self.requests: list[Received] = []
        self.respond: Callable[[Received], Reply] | None = None
        self.over = Event()
        self._queue: deque[Reply] = deque()

    def answer(self, status: int = 200, body: bytes = b"{}", **how: Any) -> None:
        """Queues one answer; when the queue is empty, `respond` is asked, or 200 `{}` is said."""
        self._queue.append(Reply(status, body, **how))

    def reply_to(self, received: Received) -> Reply:
        self.requests.append(received)
        if self._queue:
            return self._queue.popleft()
        return self.respond(received) if self.respond else Reply()


@contextlib.contextmanager
def serving() -> Iterator[Vendor]:
    """A Vendor on a free port of this machine, for the time of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    vendor = server.vendor = Vendor(server.server_port)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield vendor
    finally:
        vendor.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def _serve(self) -> None:
        vendor: Vendor = self.server.vendor  # type: ignore[attr-defined]
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, url.path, dict(parse_qsl(url.query)), headers, body)
        self._say(vendor, vendor.reply_to(received))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _say(self, vendor: Vendor, reply: Reply) -> None:
        if reply.hang:
            vendor.over.wait(30)
            return
        time.sleep(reply.delay_s)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: tests look at `requests`."""


@pytest.fixture
def vendor(settings: Any) -> Iterator[Vendor]:
    with serving() as stand_in:
        settings.OUTGOING_ALLOWED = [*settings.OUTGOING_ALLOWED, stand_in.host]
        yield stand_in
