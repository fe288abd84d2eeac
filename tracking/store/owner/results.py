"""A statement's result: held until it is complete, or streamed as the engine makes it."""

import json
import re
import secrets
from collections.abc import Generator
from time import perf_counter

from tracking.store.owner import compression
from tracking.store.owner.call import Call, Response
from tracking.store.owner.engine import Engine
from tracking.store.owner.errors import SYNTAX_ERROR, EngineError, Refusal, refuse_unsupported
from tracking.store.owner.kinds import Kind
from tracking.store.owner.places import Watch
from tracking.store.owner.statement import Statement

MAX_RESULT_BYTES = 256 << 20  # of an answer that is held until it is complete; streams have no limit
# By itself the engine counts on 1 GiB of free memory for each thread, and this one has 2 GiB in all: whatever number of
# threads was asked for, one would run. What a question may take is bounded by its own limit.
_THREADS = {"max_threads_min_free_memory_per_thread": "0"}
# Formats whose chunks can follow each other; the others have a head or an end, so they are sent whole.
_STREAMED = {
    "Native",
    "TabSeparated",
    "TSV",
    "TabSeparatedRaw",
    "TSVRaw",
    "CSV",
    "RowBinary",
    "JSONEachRow",
    "JSONCompactEachRow",
}
_CONTENT_TYPES = {
    "JSON": "application/json; charset=UTF-8",
    "JSONCompact": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "TSV": "text/tab-separated-values; charset=UTF-8",
}
# Of what the engine calls CONTROL these are of use here; SET, USE, temporary tables and INTO OUTFILE are not.
_CONTROL = {"KILL", "SYSTEM", "BACKUP", "RESTORE", "ATTACH", "DETACH"}
_FIRST_WORD = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(\w*)", re.DOTALL)


def run(engine: Engine, watch: Watch, call: Call, statement: Statement) -> Response:
    """Stops when `watch` tells that the client is gone. Raises Refusal."""
    name = statement.output_format or call.default_format
    headers = {"Content-Type": _CONTENT_TYPES.get(name, "application/octet-stream")}
    if call.encoding:
        headers["Content-Encoding"] = call.encoding
    streams = name in _STREAMED and _first_word(statement.sql) in ("SELECT", "WITH")
    if streams and not call.wants_all_at_once:
        tag = secrets.token_hex(8)
        chunks = _streamed(engine, watch, call, statement.sql, name, tag)
        # The first chunk before the head: what fails until then gets a status of its own.
        first = next(chunks, b"")
        return Response(200, headers | {"X-ClickHouse-Format": name, "X-ClickHouse-Exception-Tag": tag}, first, chunks)
    return _whole(engine, watch, call, statement.sql, name, headers)


def summary(elapsed_s: float, **counts: int) -> dict[str, str]:
    """The header clients read their statistics from. Numbers are strings in it, as ClickHouse sends them."""
    values = {name: str(count) for name, count in counts.items()} | {"elapsed_ns": str(int(elapsed_s * 1e9))}
    return {"X-ClickHouse-Summary": json.dumps(values)}


def _whole(engine: Engine, watch: Watch, call: Call, sql: str, name: str, headers: dict[str, str]) -> Response:
    settings = {"max_result_bytes": str(MAX_RESULT_BYTES), **_THREADS} | call.settings
    with engine.session("reads", call.database, settings, watch) as session:
        reads = _checked(engine.kinds.of(session, sql), sql)
        start = perf_counter()
        with watch(session.kill):
            result = session.connection.query(sql, name, params=call.values)
        counts = summary(
            perf_counter() - start,
            read_rows=result.storage_rows_read(),
            read_bytes=result.storage_bytes_read(),
            written_rows=result.rows_written(),
            written_bytes=result.bytes_written(),
            result_rows=result.rows_read(),
        )
        encoder = compression.encoder(call.encoding)
        body = encoder.encode(result.bytes()) + encoder.finish()
    # Only a statement that can return rows has a format, even when it returned none.
    return Response(200, headers | counts | ({"X-ClickHouse-Format": name} if reads else {}), body)


def _streamed(engine: Engine, watch: Watch, call: Call, sql: str, name: str, tag: str) -> Generator[bytes, None, None]:
    encoder, begun = compression.encoder(call.encoding), False
    with engine.session("streams", call.database, call.settings, watch) as session:
        _checked(engine.kinds.of(session, sql), sql)
        with watch(session.kill):
            result = session.connection.send_query(sql, name, params=call.values)
            try:
                for chunk in result:
                    yield encoder.encode(chunk.bytes())
                    begun = True
            except RuntimeError as error:
                if not begun:
                    raise
                yield encoder.encode(_trailer(str(EngineError(error)), tag))
            finally:
                result.close()
    yield encoder.finish()


def _trailer(text: str, tag: str) -> bytes:
    """How ClickHouse reports an error after the head has been sent: at the end, under a tag given in the head."""
    message = text.encode() + b"\n"
    mark = tag.encode()
    return b"\r\n__exception__\r\n%s\r\n%s%d %s\r\n__exception__\r\n" % (mark, message, len(message), mark)


def _checked(kind: Kind, sql: str) -> bool:
    """Whether the statement reads. Raises Refusal for what has no meaning here."""
    if kind.count > 1:
        raise Refusal(SYNTAX_ERROR, "SYNTAX_ERROR", "One statement a request. Send them one after the other.")
    if kind.name == "CONTROL" and _first_word(sql) not in _CONTROL:
        raise refuse_unsupported(
            "Nothing lasts longer than a statement here, and files of the host are not written: SET, USE, temporary"
            " tables, transactions and INTO OUTFILE are refused. Send settings and the database with each request."
        )
    return kind.name == "READ_ONLY"


def _first_word(sql: str) -> str:
    found = _FIRST_WORD.match(sql)
    return found[1].upper() if found else ""
