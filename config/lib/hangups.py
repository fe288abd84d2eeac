"""Tells when the other side of a connection went away: nobody is left to read the answer, so the work may stop."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class HangupWatch:
    """One thread for all connections, asleep until the kernel reports a closed one."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[], None]] = {}
        threading.Thread(target=self._run, name="hangup-watch", daemon=True).start()

    @contextmanager
    def calling(self, on_hangup: Callable[[], None], connection: socket.socket) -> Iterator[None]:
        """Calls `on_hangup`, in another thread, when the other side closes during the block."""
        number = connection.fileno()
        self._calls[number] = on_hangup
        self._epoll.register(number, select.EPOLLRDHUP | select.EPOLLONESHOT)
        try:
            yield
        finally:
            self._calls.pop(number, None)
            with suppress(OSError):  # closed meanwhile
                self._epoll.unregister(number)

    def _run(self) -> None:
        while True:
            # One by one: while a call takes its time, the next number may become another connection's.
            for number, _ in self._epoll.poll(maxevents=1):
                call = self._calls.pop(number, None)
                if call:
                    call()
