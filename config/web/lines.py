"""A connection of the lane, and what the lane needs of the worker around it."""

import selectors
import socket
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

from config.web.heads import Head


class Host(Protocol):
    """What the lane needs of the worker around it."""

    poller: selectors.BaseSelector

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """In a thread."""

    def defer(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Later, in the lane's thread. For any thread."""

    def serve(self, connection: Any, ahead: bytes, is_whole: bool) -> None:
        """A connection that is no longer the lane's, and what has been read of it: a whole request, or its head."""

    def ended(self) -> None:
        """A connection of the lane has ended."""

    def stays(self) -> bool:
        """Whether connections may be kept. Asked before each answer."""


class Line:
    """One connection. `buffer` is what came and is not answered yet."""

    __slots__ = (
        "before", "buffer", "connection", "head", "is_busy", "is_foreign", "is_leaving", "is_polled", "peer",
        "received", "size", "sock",
    )  # fmt: skip

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.sock: socket.socket = connection.sock
        client = connection.client
        self.peer: str = str(client[0]) if isinstance(client, tuple) else ""
        self.buffer = bytearray()
        self.head: Head | None = None  # of the request that is coming
        self.before: Head | None = None  # of the last one
        self.size: int | None = None  # of the request that is coming, where it is gunicorn's
        self.received = 0  # bytes, since its time was last prolonged
        self.is_busy = self.is_foreign = self.is_leaving = self.is_polled = False

    def add(self, came: bytes) -> None:
        self.buffer += came
        self.received += len(came)
