"""Connections to the store that hang up as soon as whoever asked has gone: that stops the engine too."""

import socket
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from typing import Any, TypeVar

from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from config.lib import askers
from config.lib.askers import AskerGone

Answer = TypeVar("Answer")


def pool(size: int) -> PoolManager:
    """Made explicitly, so that HTTP_PROXY of the environment cannot come between."""
    made = PoolManager(maxsize=size)
    made.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return made


def awaited(connection: Any, wait: Callable[[], Answer]) -> Answer:
    """What `wait` gives, which reads from the `connection` (of http.client, or what is made of it). AskerGone."""
    asker = askers.current()
    if asker is None:
        return wait()
    with asker.stopping(lambda: _hang_up(connection.sock)):
        try:
            return wait()
        except (OSError, HTTPException):
            if asker.is_gone:
                raise AskerGone from None
            raise


def _hang_up(sock: Any) -> None:
    with suppress(OSError, AttributeError):  # closed meanwhile
        sock.shutdown(socket.SHUT_RDWR)


class _Connection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        return awaited(self, super().getresponse)


class _SecureConnection(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        return awaited(self, super().getresponse)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
