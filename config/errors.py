"""Errors outside the views: problem+json under the API, a page elsewhere. Nobody who sends JSON gets HTML back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.lib.problems import Problem

API = ("/api/", "/auth/")
FORMS = ("", "application/x-www-form-urlencoded", "multipart/form-data")


def _answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    if request.path.startswith(API) or request.content_type not in FORMS:
        return Problem(status, code, detail).response()
    return render(request, f"{status}.html", {"detail": detail}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, "bad_request", "The request could not be understood.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "forbidden", "Your role does not allow this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, "not_found", "There is nothing here.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "server_error", "Something broke on our side. It has been logged.")
