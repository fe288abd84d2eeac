"""The short way in: POST /api/v1/collect without Django and DRF around it, which cost more than the work itself.

    begin ──► Waiting, for the log ──► finish        what is ordinary: asks nobody, so whoever calls need not wait
      ├─────► Work ──────────────────► complete      judged, but more than the log is to be asked or told
      └─────► None ──────────────────► answer        nothing has happened yet: may ask the database, and refuses

Behind both ways, and behind Django's, is the same door; the tests of the door go through each.
"""

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from django.db import close_old_connections, connection

from config.lib import metrics, problems
from config.lib.settled import settled
from tracking import door, ingest, keys, spool, wire
from tracking.api.collect import CollectView
from tracking.append import Entry

PATHS = frozenset({b"/api/v1/collect", b"/api/collect"})
BROKEN = problems.Problem(500, "server_error", "Something broke on our side. It has been logged.")
DIALECT = CollectView.dialect
ASKING_NOBODY = replace(DIALECT, grant=keys.at_hand)
log = structlog.get_logger()


class Reply(NamedTuple):
    """An answer, with the headers that are its own; `COMMON` belong to all of them."""

    status: int
    body: bytes
    headers: list[tuple[str, str]]
    request_id: str


COMMON = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


class Waiting(NamedTuple):
    entry: Entry
    work: ingest.Work
    receipt: str


def begin(environ: Mapping[str, Any], body: bytes, now: datetime) -> Waiting | ingest.Work | None:
    """Never waits and never raises."""
    if spool.is_open():  # what comes goes behind what waits there
        return None
    try:
        plain = wire.plain(environ, body)  # the head was looked through: it has a length, and no encoding
        work = door.judged(ASKING_NOBODY, door.Sent(environ, door.query_of(environ), plain), now)
        if not work.is_plain or settled.KAFKA_BROKERS:  # Kafka is waited for, too
            return work
        receipt, entry = ingest.entry(work)
    except Exception:  # whatever it is, `answer` meets it again and says so
        return None
    return Waiting(entry, work, receipt)


def finish(waiting: Waiting) -> Reply:
    """The answer once the log has the entry."""
    request_id = _number()
    try:
        return _said(DIALECT.answer(ingest.concluded(waiting.work, waiting.receipt)), request_id)
    except Exception as error:
        return _refused(error, request_id)


@metrics.INGEST_SECONDS.time()
def complete(work: ingest.Work) -> Reply:
    """The answer to a request that is judged. Waits for the log, and whatever else has to be asked or told."""
    return _answered(lambda: DIALECT.answer(door.logged(work)))


@metrics.INGEST_SECONDS.time()
def answer(environ: Mapping[str, Any], body: bytes, now: datetime) -> Reply:
    """The answer, all by itself. Waits for the database, the limits and the log."""
    return _answered(lambda: door.receive(DIALECT, environ, io.BytesIO(body), now))


def refused(problem: problems.Problem) -> Reply:
    """The answer to what could not be read as a request."""
    return _refused(problem, _number())


def _answered(ask: Callable[[], door.Answer]) -> Reply:
    request_id = _number()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    try:
        return _said(ask(), request_id)
    except Exception as error:
        return _refused(error, request_id)
    finally:
        structlog.contextvars.clear_contextvars()
        if connection.connection is not None:  # a key was looked up
            close_old_connections()


def _number() -> str:
    """A request's name in logs and answers. It guards nothing: it need not be secret, which costs more."""
    return random.randbytes(16).hex()


def _said(said: door.Answer, request_id: str) -> Reply:
    return Reply(said.status, said.body, [("Content-Type", said.content_type)], request_id)


def _refused(error: Exception, request_id: str) -> Reply:
    """As DRF would have answered; what nobody foresaw is logged and is a 500."""
    known = problems.handle(error, {})
    if known is None:
        log.exception("collect failed")
    response = known or BROKEN.response()
    headers = [(name, value) for name, value in response.items() if name != "Content-Length"]
    return Reply(response.status_code, response.content, headers, request_id)
