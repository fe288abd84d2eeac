"""One ClickHouse client a process, made on first use.

Not at import: gunicorn and Celery fork after importing, and two processes must not write on one socket. The client
is shared by the process's threads (it keeps no session) and holds a pool of connections.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from django.conf import settings

from tracking.store.address import Address, parse
from tracking.store.connections import pool
from tracking.store.errors import translated

CONNECT_TIMEOUT = 2  # seconds
# Between two reads of a socket. Above every max_execution_time of a query, so that the engine's own limit speaks first.
ANSWER_TIMEOUT = 60
# An insert takes well under a second and may be repeated: one whose answer got lost shall not hold up all that follow.
INSERT_TIMEOUT = 15
CONNECTIONS = 32

# Its errors reach us as exceptions; its log would print whole blocks of rows, which are personal data.
logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)

_lock = threading.Lock()
_clients: dict[tuple[int, str, int], Client] = {}


def client(answer_timeout: int = ANSWER_TIMEOUT) -> Client:
    """One for each timeout (seconds). Raises StoreUnavailable."""
    key = (os.getpid(), settings.EVENT_STORE_URL, answer_timeout)
    found = _clients.get(key)
    if found:
        return found
    with _lock:
        if key not in _clients:
            _clients[key] = connect(address(), address().database, answer_timeout)
        return _clients[key]


def address() -> Address:
    return parse(settings.EVENT_STORE_URL)


@contextmanager
def connected(to: Address, database: str) -> Iterator[Client]:
    """A client for one task, closed afterwards. `database` may be another than the address's."""
    found = connect(to, database)
    try:
        yield found
    finally:
        found.close_connections()


def connect(to: Address, database: str, answer_timeout: int = ANSWER_TIMEOUT) -> Client:
    """A new client with connections of its own. Raises StoreUnavailable, StoreError."""
    with translated():
        return clickhouse_connect.get_client(
            interface="https" if to.secure else "http",
            host=to.host,
            port=to.port,
            username=to.user,
            password=to.token,
            database=database,
            pool_mgr=pool(CONNECTIONS),
            # Over loopback compression costs more time than the bytes do.
            compress=False if to.is_local else "lz4",
            connect_timeout=CONNECT_TIMEOUT,
            send_receive_timeout=answer_timeout,
            autogenerate_session_id=False,
            tz_mode="aware",
            client_name="metricpal",
        )
