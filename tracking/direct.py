"""The short way in: POST /api/v1/collect without Django and DRF around it, which cost more than the work itself.

Only what is asked most often and needs nothing of them; everything else goes on to the application. Behind both ways
is the same `door.receive`, and the tests of the door go through both.
"""

import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import structlog
from django.db import close_old_connections, connection
from django.http import HttpResponse

from config.lib import clock, metrics, problems
from tracking import door
from tracking.api.collect import CollectView

PATHS = frozenset({"/api/v1/collect", "/api/collect"})
HEADERS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
STATUS = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}
BROKEN = problems.Problem(500, "server_error", "Something broke on our side. It has been logged.")
log = structlog.get_logger()
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class DirectDoor:
    """WSGI in front of `application`. `release` gives a connection that was used back to the pool."""

    def __init__(self, application: Application, release: Callable[[], None] = close_old_connections) -> None:
        self._application, self._release = application, release

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in PATHS or environ["REQUEST_METHOD"] != "POST":
            return self._application(environ, start_response)
        try:
            status, body, headers = _answer(environ)
        finally:
            structlog.contextvars.clear_contextvars()
            if connection.connection is not None:  # a key was looked up
                self._release()
        start_response(STATUS[status], headers)
        return [body]


@metrics.INGEST_SECONDS.time()
def _answer(environ: dict[str, Any]) -> tuple[int, bytes, list[tuple[str, str]]]:
    request_id = uuid.uuid4().hex
    structlog.contextvars.bind_contextvars(request_id=request_id)
    try:
        answer = door.receive(CollectView.dialect, environ, environ["wsgi.input"], clock.now())
        headers = [("Content-Type", answer.content_type)]
        return answer.status, answer.body, [*headers, *_common(request_id, answer.body)]
    except Exception as error:
        response = _refusal(error)
        own = [(name, value) for name, value in response.items() if name != "Content-Length"]
        return response.status_code, response.content, [*own, *_common(request_id, response.content)]


def _common(request_id: str, body: bytes) -> list[tuple[str, str]]:
    return [*HEADERS, ("X-Request-Id", request_id), ("Content-Length", str(len(body)))]


def _refusal(error: Exception) -> HttpResponse:
    """As DRF would have answered; what nobody foresaw is logged and is a 500."""
    known = problems.handle(error, {})
    if known is None:
        log.exception("collect failed")
    return known or BROKEN.response()
