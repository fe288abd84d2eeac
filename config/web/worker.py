"""gunicorn's threaded worker with the lane in front. What the lane does not serve is gunicorn's, once it is whole.

A request that cannot be gathered (its body has no length, or is very long, or waits for a word of ours) is read by
threads of its own kind: whoever sends it slowly is waited for by them, and by nobody else.
"""

import gc
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

LOOKED_EVERY_S = 0.05  # whether the log is late, while somebody waits for it, and what was counted is written
SLOW_THREADS = 4
SLOW_S = 60.0  # for such a request to come
SILENT_S = struct.pack("ll", 10, 0)  # for its next byte
READING_S = struct.pack("ll", 30, 0)  # for a sender to go on reading an answer


class Connection(TConn):  # type: ignore[misc]
    """One that gunicorn ends without making the lane wait for the other side."""

    def __init__(self, cfg: Any, sock: Any, client: Any, server: Any, worker: "Worker") -> None:
        super().__init__(cfg, sock, client, server)
        self.worker = worker

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.worker.nr_conns += 1  # it counts until it is gone
            self.worker.lane.part(self)
        else:
            super().close()


class Worker(ThreadWorker):  # type: ignore[misc]
    """Set as `worker_class` in config/gunicorn.py."""

    def run(self) -> None:
        from config.web.lane import Lane  # it needs the settings, which are there once the application is loaded

        self.slow = ThreadPoolExecutor(SLOW_THREADS, "slow")
        self.reading: dict[Any, float] = {}  # until when slow ones may, the first to end first
        gc.freeze()  # what the master loaded stays for good: it need not be looked through, nor copied for its marks
        gc.set_threshold(20_000, 10, 10)  # the requests of a group make some thousand objects, and hardly a cycle
        self.lane = Lane(self, self.cfg.keepalive or 1)
        super().run()

    @cached_property
    def keeps(self) -> bool:
        """Connections; asked for each answer, and gunicorn's settings are found by name, slowly."""
        return bool(self.cfg.keepalive)

    @cached_property
    def has_lane(self) -> bool:
        """Not with TLS, HTTP/2, the PROXY protocol or an access log, which are gunicorn's to do."""
        cfg = self.cfg
        return not (cfg.is_ssl or cfg.http2_cleartext != "off" or cfg.proxy_protocol != "off" or cfg.accesslog)

    def accept(self, listener: Any) -> None:
        if not self.has_lane:
            super().accept(listener)
            return
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self.lane.take(Connection(self.cfg, sock, client, listener.getsockname(), self))

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """The next request of a connection that gunicorn kept."""
        if not self.has_lane:
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.lane.take(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(min(timeout, LOOKED_EVERY_S) if self.lane.is_pending else timeout)
        now_s = time.monotonic()
        self.lane.turn(now_s)
        while self.reading and (conn := next(iter(self.reading))) and self.reading[conn] <= now_s:
            del self.reading[conn]
            conn.sock.shutdown(socket.SHUT_RD)  # whoever reads it finds its end

    def murder_keepalived(self, force: bool = False) -> None:
        super().murder_keepalived(force)
        if force:
            self.lane.close()

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        self.lane.cap(deadline)

    # --- what the lane asks for (config.web.lane.Host)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        done: Future[Any] = self.tpool.submit(function, *arguments)
        return done

    def defer(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.method_queue.defer(function, *arguments)

    def serve(self, connection: Any, ahead: bytes, is_whole: bool) -> None:
        connection.init()
        connection.parser.unreader.unread(ahead)
        connection.data_ready = True
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, READING_S)
        if is_whole:
            self.enqueue_req(connection)
            return
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, SILENT_S)
        self.reading[connection] = time.monotonic() + SLOW_S
        done = self.slow.submit(self.handle, connection)
        done.add_done_callback(lambda answered: self.method_queue.defer(self.finish_request, connection, answered))

    def finish_request(self, conn: Any, fs: Any) -> None:
        """After gunicorn's answer. What was sent ahead behind the request is looked at by the lane, like all."""
        self.reading.pop(conn, None)
        if self.has_lane and not fs.cancelled() and fs.exception() is None and fs.result() is True:
            ahead = conn.parser.unreader.take_buffered()
            if ahead:
                conn.sock.setblocking(False)
                self.lane.take(conn, ahead)
                return
        super().finish_request(conn, fs)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        from config.web import refusals

        problem = refusals.of(exc)
        if problem is None:
            super().handle_error(req, client, addr, exc)
            return
        try:
            util.write_nonblock(client, refusals.written(problem))
        except OSError:
            self.log.debug("Whoever sent it is gone.")

    def ended(self) -> None:
        self.nr_conns -= 1

    def stays(self) -> bool:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        kept = len(self.keepalived_conns) + len(self.lane.quiet)
        return bool(self.alive and self.keeps and kept < self.max_keepalived)
