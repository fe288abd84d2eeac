"""Sockets and threads. One thread a connection, from the standard library: the engine lets go of Python's lock while
it works, so threads run in parallel, and an event loop would only add hops."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tracking.store.owner.call import Request, Response
from tracking.store.owner.protocol import Protocol

IDLE_SECONDS = 300  # a silent connection is closed; clients open a new one
CHUNK_BYTES = 1 << 20
MAX_DRAINED_BYTES = 1 << 20  # of a refused body; with more than that left the connection is closed


class BrokenBody(ConnectionError):
    """The client stopped in the middle, or says nonsense about its length."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = 1 << 16  # head and body in one packet
    server: "Server"

    def _serve(self) -> None:
        url = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=url.path,
            parameters=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._body(),
            connection=self.connection,
        )
        with self.server.answering():
            try:
                self._answer(request)
            except (ConnectionError, TimeoutError):
                self.close_connection = True

    def _answer(self, request: Request) -> None:
        response = self.server.protocol.answer(request)
        try:
            self._drain(request.body)
            self._send(response)
        finally:
            if response.rest is not None:
                response.rest.close()  # stops the statement and frees its slot, whoever hung up

    do_GET = do_POST = _serve

    def _body(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield from self._exactly(_number(self.headers.get("Content-Length") or "0", 10))
            return
        while size := _number(self.rfile.readline(1024).split(b";")[0].decode("latin-1"), 16):
            yield from self._exactly(size)
            self.rfile.readline(1024)
        self.rfile.readline(1024)

    def _exactly(self, left: int) -> Iterator[bytes]:
        while left:
            data = self.rfile.read(min(left, CHUNK_BYTES))
            if not data:
                raise BrokenBody
            left -= len(data)
            yield data

    def _drain(self, body: Iterator[bytes]) -> None:
        """What a refusal left unread would be taken for the next request."""
        left = MAX_DRAINED_BYTES
        for data in body:
            left -= len(data)
            if left < 0:
                self.close_connection = True
                return

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        if response.rest is None:
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)
        else:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._send_chunks(response.body, response.rest)
        self.wfile.flush()

    def _send_chunks(self, first: bytes, rest: Iterator[bytes]) -> None:
        self._send_chunk(first)
        for chunk in rest:
            self._send_chunk(chunk)
        self.wfile.write(b"0\r\n\r\n")

    def _send_chunk(self, chunk: bytes) -> None:
        if chunk:  # an empty one would end the response
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def version_string(self) -> str:
        return "metricpal"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: one line a query would say less than the callers' own logs."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    protocol: Protocol

    def __init__(self, host: str, port: int) -> None:
        """Takes the address; requests wait until `protocol` is set and serve_forever runs. Raises OSError."""
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)
        self._answers, self._changed = 0, threading.Condition()

    @contextmanager
    def answering(self) -> Iterator[None]:
        with self._changed:
            self._answers += 1
        try:
            yield
        finally:
            with self._changed:
                self._answers -= 1
                self._changed.notify_all()

    def finish_answers(self, wait_s: float) -> None:
        """Waits until what was asked is answered; idle connections do not count."""
        with self._changed:
            self._changed.wait_for(lambda: self._answers == 0, timeout=wait_s)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that broke is the client's affair; everything else goes to stderr with its traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _number(text: str, base: int) -> int:
    try:
        return int(text, base)
    except ValueError:
        raise BrokenBody from None
