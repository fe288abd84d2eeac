"""The connection to PostgreSQL that the pool lends: tried before each use, and without a journey.

The pool tries a connection by an empty statement, since after a restart of the server all of them are dead. For each
request that would be one question more, as many as it takes to find out who asks. But a server that ends a connection
closes it, and the socket says so by itself: it can be read although nothing was asked.
"""

import select
from typing import Any

import psycopg
from psycopg.abc import Params, Query
from psycopg.rows import TupleRow

_TRIAL = ""  # psycopg_pool.ConnectionPool.check_connection
_NEWS = select.POLLIN | select.POLLRDHUP | select.POLLHUP | select.POLLERR


class Connection(psycopg.Connection[TupleRow]):
    def execute(self, query: Query, params: Params | None = None, **options: Any) -> psycopg.Cursor[TupleRow]:
        """As the driver's. Raises psycopg.OperationalError for a connection that is closed."""
        if query == _TRIAL and not self._has_news():
            return self.cursor()
        return super().execute(query, params, **options)  # type: ignore[arg-type]  # of both its overloads

    def _has_news(self) -> bool:
        """The server closed the connection, or sent what nobody has read: then it is asked after all."""
        watched = select.poll()
        watched.register(self.fileno(), _NEWS)
        return bool(watched.poll(0))
