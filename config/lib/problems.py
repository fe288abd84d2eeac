"""Errors as application/problem+json (RFC 9457): one shape for every refusal of the API.

    {"type": "about:blank", "title": "Bad request", "status": 400, "code": "unknown_metric",
     "detail": "Unknown metric 'vistors'. Choose from: …", "request_id": "…"}

Raise `Problem` with a sentence that says what to send instead.
"""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A refusal with its HTTP status, a stable `code` for programs and a `detail` for people."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers, self.extra = status, code, detail, headers or {}, extra

    def response(self) -> HttpResponse:
        body = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.extra,
        }
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        if request_id:
            body["request_id"] = request_id
        response = JsonResponse(body, status=self.status, content_type=CONTENT_TYPE)
        for name, value in self.headers.items():
            response.headers[name] = value
        return response


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. None lets the error rise: it is ours, and becomes a 500 with a log line."""
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, OperationalError | InterfaceError):
        detail = "The database cannot be reached now. Send the same request again."
        return Problem(503, "database_unavailable", detail, headers={"Retry-After": "5"}).response()
    if isinstance(error, Http404 | exceptions.NotFound):
        # One body for "is not there" and "is not yours": an outsider cannot tell which.
        return Problem(404, "not_found", "There is nothing here.").response()
    if isinstance(error, PermissionDenied):
        return Problem(403, "forbidden", "Your role does not allow this.").response()
    if isinstance(error, exceptions.ValidationError):
        return Problem(422, "invalid", "Some fields are not valid.", errors=error.get_full_details()).response()
    if isinstance(error, exceptions.APIException):
        asks, wait_s = getattr(error, "auth_header", None), getattr(error, "wait", None)
        headers = {"WWW-Authenticate": asks} if asks else {}
        if wait_s:
            headers["Retry-After"] = str(int(wait_s))
        codes = error.get_codes()
        code = codes if isinstance(codes, str) else "invalid"
        return Problem(error.status_code, code, str(error.detail), headers=headers).response()
    return None
