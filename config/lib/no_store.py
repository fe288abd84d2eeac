"""What the API answers is for whoever asked: no cache on the way keeps it, unless the view says otherwise.

HTTP's own rule spares answers to `Authorization`, not those to a key in `X-API-Key`.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PATHS = ("/api/", "/auth/")


class NoStoreMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(PATHS):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
