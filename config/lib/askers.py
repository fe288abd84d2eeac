"""Who waits for an answer. When they hang up, the work begun for them is stopped instead of finished for nobody.

    AskerMiddleware             knows the socket that the request came on (gunicorn hands it over)
    current()                   the asker of this request; None in tasks and commands, where nobody waits
    asker.stopping(stop)        around work that can be stopped; `stop` is called in another thread

A page that is left, a search that is typed on, a program that gives up: each closes its connection, also through a
proxy, and the kernel reports that at once.
"""

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import lru_cache

from django.http import HttpRequest, HttpResponse

from config.lib.hangups import HangupWatch

NOBODY_READS = 499  # as nginx calls it


class AskerGone(Exception):
    """Nobody waits for this any more."""


class Asker:
    def __init__(self, connection: socket.socket) -> None:
        self.is_gone = False
        self._connection, self._watching = connection, ExitStack()
        self._stops: set[Callable[[], None]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Raises AskerGone when they are gone already."""
        with self._lock:
            if self.is_gone:
                raise AskerGone
            if not self._stops:
                self._watching.enter_context(_watch(os.getpid()).calling(self._hung_up, self._connection))
            self._stops.add(stop)
        try:
            yield
        finally:
            with self._lock:
                self._stops.discard(stop)
                if not self._stops:
                    self._watching.close()

    def _hung_up(self) -> None:
        with self._lock:
            self.is_gone = True
            for stop in self._stops:
                stop()


_current: ContextVar[Asker | None] = ContextVar("asker", default=None)


def current() -> Asker | None:
    """Threads that work for a request run in a copy of its context (contextvars.copy_context)."""
    return _current.get()


class AskerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        connection = request.META.get("gunicorn.socket")
        if connection is None or not hasattr(select, "epoll"):
            return self.get_response(request)
        mine = _current.set(Asker(connection))
        try:
            return self.get_response(request)
        finally:
            _current.reset(mine)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return HttpResponse(status=NOBODY_READS) if isinstance(error, AskerGone) else None


@lru_cache(maxsize=1)
def _watch(pid: int) -> HangupWatch:
    """One a process, made on first use: threads do not survive a fork."""
    return HangupWatch()
