"""The way in, the same for every dialect: from the bytes of a request to an answer that means "on the disk".

    wire.read ─► Dialect.parse ─► keys.grant ─► origins.check ─► client.of_request ─► ingest ─► Dialect.answer

A dialect is how somebody writes events: its body, the place of its key, its answer. Limits, verdicts, dedupe and the
log are the same behind all of them. tracking/README.md says what a dialect must do. Knows no framework.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
import redis

from config.lib.problems import Problem
from tracking import client, filters, ingest, keys, limits, origins, payloads, verdicts, wire
from tracking.events import MAX_EVENTS, Client
from tracking.filters import Treatment
from tracking.keys import KeyGrant
from tracking.payloads import Payload
from tracking.verdicts import Receipt, status_of

RETRY_AFTER_SECONDS = "5"
MAX_QUERY_FIELDS = 200


class Sent(NamedTuple):
    """A request as a dialect sees it. `environ` is WSGI's; of a query field written twice the first counts."""

    environ: Mapping[str, Any]
    query: Mapping[str, str]
    body: bytes


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = "application/json"


def as_receipt(receipt: Receipt) -> Answer:
    """Our own answer: 200, or 422 when nothing was taken, with a verdict for each event."""
    return Answer(status_of(receipt), msgspec.json.encode(receipt))


@dataclass(frozen=True)
class Dialect:
    """One way to send events.

    `parse` raises Problem when the request as a whole is wrong; what it makes of the events is judged one by one.
    `key` finds the key outside the body; within it, `parse` puts the key into `Frame.api_key`.
    `grant` looks the key up: for keys that another tool gave out.
    `most_events` in a request: what is beyond MAX_EVENTS becomes several entries of the log, one after the other.
    `is_resendable`: the same bytes are the same request, sent again because its answer was lost. Not so where events
    carry neither id nor time and equal bytes are simply another visit.
    """

    parse: Callable[[Sent], Payload]
    answer: Callable[[Receipt], Answer] = as_receipt
    key: Callable[[Sent], str] = lambda sent: keys.in_request(sent.environ, sent.query)
    grant: Callable[[str, datetime], KeyGrant] = keys.grant
    content_types: frozenset[str] = wire.JSON
    is_resendable: bool = True
    limits: wire.Limits = wire.OURS
    most_events: int = MAX_EVENTS


class Asked(NamedTuple):
    """A request that may send. `repeated`: the bytes that tell it when it comes again."""

    payload: Payload
    repeated: bytes | None
    grant: KeyGrant
    client: Client
    treatment: Treatment


def receive(dialect: Dialect, environ: Mapping[str, Any], stream: wire.Stream, now: datetime) -> Answer:
    """Raises Problem for whatever is wrong with the whole request."""
    is_get = environ.get("REQUEST_METHOD") == "GET"
    body = b"" if is_get else wire.read(environ, stream, dialect.content_types, dialect.limits)
    return dialect.answer(take(dialect, Sent(environ, query_of(environ), body), now))


def take(dialect: Dialect, sent: Sent, now: datetime) -> Receipt:
    """The same once the body is read. Raises Problem."""
    try:
        asked = _asked(dialect, sent, now)
        # One after the other: what an earlier part brought is known to the next.
        return verdicts.joined([ingest.log(_judged(asked, part, now)) for part in payloads.parts(asked.payload)])
    except redis.RedisError as error:
        raise _unavailable() from error


def logged(work: ingest.Work) -> Receipt:
    """What became of a request that is judged. Raises Problem."""
    try:
        return ingest.log(work)
    except redis.RedisError as error:
        raise _unavailable() from error


def _unavailable() -> Problem:
    detail = "Events cannot be logged now. Send the same request again."
    return Problem(503, "log_unavailable", detail, headers={"Retry-After": RETRY_AFTER_SECONDS})


def judged(dialect: Dialect, sent: Sent, now: datetime) -> ingest.Work:
    """All up to the log. Raises Problem; redis.RedisError when the day's salt cannot be had."""
    asked = _asked(dialect, sent, now)
    return _judged(asked, asked.payload, now)


def _judged(asked: Asked, part: Payload, now: datetime) -> ingest.Work:
    return ingest.judged(part, asked.repeated, asked.grant, asked.client, now, asked.treatment)


def _asked(dialect: Dialect, sent: Sent, now: datetime) -> Asked:
    """Who sends, and what. Raises as `judged` does."""
    sender, outside = limits.sender_of(sent.environ), dialect.key(sent)
    grant = _grant(dialect, outside, sender, now) if outside else None  # a stranger's body is not parsed
    payload = dialect.parse(sent)
    within = keys.in_frame(payload.frame)
    raw = keys.one_of(outside, within) if within else outside
    grant = grant or _grant(dialect, raw, sender, now)
    limits.check(grant, raw, sender)
    origins.check(grant, sent.environ.get("HTTP_ORIGIN", ""))
    payloads.check_count(payload, dialect.most_events)
    # Where Global Privacy Control speaks, names may be taken off again.
    is_named = payload.names_everybody and not filters.is_limited(sent.environ, payload.frame)
    found = client.of_request(sent.environ, payload.frame, grant, now, payload.is_from_server, is_named)
    treatment = filters.of_request(sent.environ, payload.frame, grant, found.country)
    repeated = sent.body if dialect.is_resendable else None
    return Asked(payload, repeated, grant, found, treatment)


def _grant(dialect: Dialect, raw: str, sender: str, now: datetime) -> KeyGrant:
    """Raises Problem 401, 429 to who guesses, and 503 when nobody can tell."""
    if not keys.is_remembered(raw):
        limits.check_guessing(sender)
    try:
        return dialect.grant(raw, now)
    except Problem as problem:
        if problem.status == 401:
            limits.note_guess(sender)
        raise


def query_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The query string's fields. Raises Problem 400 when there are too many."""
    written = environ.get("QUERY_STRING", "")
    if not written:
        return {}
    text = written.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
    except ValueError:
        raise Problem(400, "query", f"Send at most {MAX_QUERY_FIELDS} fields in the query string.") from None
    return dict(reversed(pairs))
