"""One read, there and back: a request on a kept connection, the whole answer, decoded by the driver.

The driver's own way there costs 1.2 ms of CPU for each statement, half of it for quoting the address twice, letter by
letter, and a part for finding out how its values are written; a page asks ten, ours all as {name:Type}. This one costs
a quarter of that. It sends only what may be asked again: reads.
"""

import atexit
import gzip
import json
import os
import ssl
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, cast
from urllib.parse import urlencode

from clickhouse_connect.driver.binding import DT64Param, format_bind_value
from clickhouse_connect.driver.ctypes import RespBuffCls
from clickhouse_connect.driver.query import QueryContext, QueryResult
from clickhouse_connect.driver.transform import NativeTransform
from urllib3.filepost import encode_multipart_formdata

from tracking.store.address import Address
from tracking.store.client import ANSWER_TIMEOUT, CONNECT_TIMEOUT, CONNECTIONS
from tracking.store.connections import awaited
from tracking.store.errors import Unanswered

LONGEST_TARGET = 16_000  # longer values travel in the body: servers bound the request's first line
_idle: dict[tuple[int, Address], deque[HTTPConnection]] = {}  # by process: a socket is no thing to share after a fork


def ask(to: Address, sql: str, parameters: dict[str, Any] | None, settings: str) -> tuple[QueryResult, dict[str, Any]]:
    """The rows, and what the engine counted (X-ClickHouse-Summary). `settings` as `quoted` gives them.

    Raises Unanswered; AskerGone when nobody waits for it any more.
    """
    try:
        response, body = _exchange(to, *_request(to, sql, parameters or {}, settings))
    except (OSError, HTTPException) as error:
        raise Unanswered(f"the event store did not answer: {error!r}") from error
    if response.status != 200:
        text = body.decode(errors="replace").strip()
        raise Unanswered(text, response.getheader("X-ClickHouse-Exception-Code"))
    buffer = RespBuffCls(_Body(body))  # type: ignore[no-untyped-call]
    result = cast(QueryResult, NativeTransform.parse_response(buffer, QueryContext(tz_mode="aware")))
    return result, json.loads(response.getheader("X-ClickHouse-Summary") or "{}")


class _Body:
    """A complete answer, as the driver's decoder takes it: chunks."""

    exception_tag = None

    def __init__(self, body: bytes) -> None:
        self.gen = iter((body,))

    def close(self) -> None:
        """Nothing to let go of."""


def quoted(to: Address, settings: Mapping[str, Any]) -> str:
    """What goes around every statement alike, as a query string: worth keeping, it is most of it."""
    # Its end before its head: whatever fails, fails with a status, and the summary is complete.
    around = {"database": to.database, "wait_end_of_query": 1, **settings}
    # Over loopback compression costs more time than the bytes do.
    return urlencode(around if to.is_local else {**around, "enable_http_compression": 1})


def _request(to: Address, sql: str, parameters: dict[str, Any], settings: str) -> tuple[str, bytes, dict[str, str]]:
    """Target, body, headers."""
    bound = {f"param_{name}": _written(value) for name, value in parameters.items()}
    headers = {"X-ClickHouse-User": to.user, "X-ClickHouse-Key": to.token, "User-Agent": "metricpal"}
    if not to.is_local:
        headers["Accept-Encoding"] = "gzip"
    statement = f"{sql}\n FORMAT Native"
    target = f"/?{settings}&{urlencode(bound)}"
    if len(target) <= LONGEST_TARGET:
        return target, statement.encode(), headers
    body, headers["Content-Type"] = encode_multipart_formdata({"query": statement, **bound})
    return f"/?{settings}", body, headers


def _written(value: Any) -> str:
    """As the engine reads it for a {name:Type}. Each moment of ours is a DateTime64 in UTC."""
    return format_bind_value(DT64Param(value, UTC) if isinstance(value, datetime) else value)


def _exchange(to: Address, target: str, body: bytes, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
    idle = _idle.setdefault((os.getpid(), to), deque(maxlen=CONNECTIONS))
    try:
        return _once(idle.pop(), idle, target, body, headers)
    except IndexError:  # none is kept
        return _once(_connected(to), idle, target, body, headers)
    except ConnectionError:  # the store closed it meanwhile
        return _once(_connected(to), idle, target, body, headers)


def _once(
    connection: HTTPConnection, idle: deque[HTTPConnection], target: str, body: bytes, headers: dict[str, str]
) -> tuple[HTTPResponse, bytes]:
    try:
        connection.request("POST", target, body, headers)
        response = awaited(connection, connection.getresponse)
        data = response.read()
    except BaseException:
        connection.close()
        raise
    if connection.sock:  # closed with its answer, it would open itself anew, with the patience of connecting alone
        idle.append(connection)
    return response, gzip.decompress(data) if response.getheader("Content-Encoding") == "gzip" else data


def _connected(to: Address) -> HTTPConnection:
    if to.secure:
        connection: HTTPConnection = HTTPSConnection(
            to.host, to.port, timeout=CONNECT_TIMEOUT, context=ssl.create_default_context()
        )
    else:
        connection = HTTPConnection(to.host, to.port, timeout=CONNECT_TIMEOUT)
    connection.connect()
    connection.sock.settimeout(ANSWER_TIMEOUT)
    return connection


@atexit.register
def _hang_up() -> None:
    for kept in _idle.values():
        for connection in kept:
            connection.close()
