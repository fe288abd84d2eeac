"""What the API answers is for whoever asked: no cache on the way keeps it, unless the view says otherwise.

HTTP's own rule spares answers to `Authorization`, not those to a key in `X-API-Key`; nor tokens, whatever was asked.
Answers to other methods are kept by none.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class NoStoreMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_kept = request.method in ("GET", "HEAD") and request.path.startswith("/api/")
        if is_kept or request.path.startswith("/auth/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
