"""Connections to checked addresses only, none of which lasts beyond its deadline."""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from config.lib.http.checks import is_allowed
from config.lib.http.errors import HttpError
from config.lib.http.public import is_public, resolve

RESOLVE_S = 3.0


class Guarded(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets nothing last beyond the deadline (monotonic seconds)."""

    def __init__(self, deadline: float) -> None:
        self._sockets, self._deadline = httpcore.SyncBackend(), deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for address in self._checked(host, port):
            try:
                left = _left(self._deadline)
                return _Bounded(self._sockets.connect_tcp(address, port, left, None, socket_options), self._deadline)
            except httpcore.ConnectError as error:
                failure = error
        raise failure

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            found = resolve(host, port, min(RESOLVE_S, _left(self._deadline)))
        except TimeoutError:
            raise HttpError("resolve", f"The name {host} was not resolved in time.") from None
        except OSError:
            raise HttpError("resolve", f"The name {host} is not known.") from None
        if not is_allowed(host, port) and not all(map(is_public, found)):
            raise HttpError("blocked", f"{host} leads into a private network.")
        return found


class _Bounded(httpcore.NetworkStream):
    """A stream whose every step ends at the deadline: a byte a second would renew an ordinary time limit for ever."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole request is over")
    return left
