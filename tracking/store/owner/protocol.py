"""ClickHouse's HTTP protocol: a request becomes a statement, its result a response.

What differs from a server: one user, no sessions (SET, USE and temporary tables are refused), no external data, one
statement a request, and `query_id` is only echoed.
"""

import secrets
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from functools import partial
from hmac import compare_digest

from config.lib.hangups import HangupWatch
from tracking.store.owner import results, statement
from tracking.store.owner.call import Call, Request, Response, opened
from tracking.store.owner.doubt import Doubt
from tracking.store.owner.engine import Engine
from tracking.store.owner.errors import Refusal, refuse_doubtful, refuse_size, refuse_token, refuse_unsupported
from tracking.store.owner.places import Watch
from tracking.store.owner.statement import Statement

MAX_INSERT_BYTES = 1 << 30  # decoded; it streams through, so this bounds time, not memory


class Protocol:
    def __init__(self, engine: Engine, token: str) -> None:
        """An empty `token` lets everybody in."""
        self._engine, self._token, self._hangups = engine, token, HangupWatch()
        self._doubt = Doubt()

    def answer(self, request: Request) -> Response:
        """Does not raise for what the client or the engine did wrong: that is an answer too."""
        headers = {
            "X-ClickHouse-Query-Id": request.parameters.get("query_id") or secrets.token_hex(16),
            "X-ClickHouse-Server-Display-Name": "metricpal",
            "X-ClickHouse-Timezone": self._engine.zone,
        }
        try:
            response = self._answer(request)
        except Refusal as refusal:
            code = {"X-ClickHouse-Exception-Code": str(refusal.code), "Content-Type": "text/plain; charset=UTF-8"}
            response = Response(refusal.status, code, f"{refusal}\n".encode())
        response.headers = headers | response.headers
        return response

    def _answer(self, request: Request) -> Response:
        if request.path == "/ping":
            return Response(200, {"Content-Type": "text/html; charset=UTF-8"}, b"Ok.\n")
        if self._token and not compare_digest(_sent_token(request).encode(), self._token.encode()):
            raise refuse_token()
        call = opened(request)
        read = statement.read(call.parameters.get("query", ""), call.body)
        if read.data_format:
            return self._insert(call, read)
        return results.run(self._engine, self._watch(call), call, read)

    def _watch(self, call: Call) -> Watch:
        return partial(self._hangups.calling, connection=call.request.connection)

    def _insert(self, call: Call, read: Statement) -> Response:
        """Streams the body into the engine. What ends too early stores nothing.

        The engine's library ends a stream of rows without a word when they could not be written: no room on the disk,
        too many parts, no memory. So its list of errors is looked at, too. One of another insert's makes this one be
        sent again for nothing, which its token makes harmless.
        """
        if call.values:
            raise refuse_unsupported("An INSERT with data takes no parameters.")
        if "max_memory_usage" in call.settings:  # going past it could not be told from a question that did
            raise refuse_unsupported("An INSERT takes no max_memory_usage: the store's own memory bounds it.")
        with self._engine.session("inserts", call.database, call.settings, self._watch(call)) as session:
            connection = session.connection
            before = self._doubt.before(connection)
            with connection.send_insert(read.sql, read.data_format) as inserter:  # left without finish(): cancelled
                for chunk in _limited(read.data):
                    inserter.append(chunk)
                done = inserter.finish()
            error = self._doubt.error_since(connection, before)
            if error is not None:
                raise refuse_doubtful(error)
        counts = results.summary(done.elapsed, written_rows=done.rows_written, written_bytes=done.bytes_written)
        return Response(200, counts | {"Content-Type": "text/plain; charset=UTF-8"})


def _limited(chunks: Iterator[bytes]) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > MAX_INSERT_BYTES:
            raise refuse_size("An INSERT's data", MAX_INSERT_BYTES)
        if chunk:
            yield chunk


def _sent_token(request: Request) -> str:
    """From X-ClickHouse-Key, ?password= or the password of HTTP Basic; "" where there is none."""
    key = request.headers.get("x-clickhouse-key") or request.parameters.get("password")
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if key or scheme.lower() != "basic":
        return key or ""
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[2]
    except (BadBase64, UnicodeDecodeError):
        return ""
