"""For Django: `MIDDLEWARE = ["metricpal.django.middleware.RequestAnalytics", …]`, at the top.

The client is the one made by `metricpal.configure(…)`, in settings.py or an AppConfig. The setting
`METRICPAL_REQUESTS = "/api/"` says which paths are counted.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings

from metricpal.requests import Handled, key_in, number, tell


class RequestAnalytics:
    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response
        self._only = getattr(settings, "METRICPAL_REQUESTS", "/")

    def __call__(self, request: Any) -> Any:
        if not request.path.startswith(self._only):
            return self._get_response(request)
        started = perf_counter()
        response = self._get_response(request)
        tell(_handled(request, response, 1000 * (perf_counter() - started)), None)
        return response


def _handled(request: Any, response: Any, duration_ms: float) -> Handled:
    user = getattr(request, "user", None)
    match = request.resolver_match
    return Handled(
        request.method,
        request.path,
        response.status_code,
        duration_ms,
        route=f"/{match.route}" if match and match.route else "",
        key=key_in({name.lower(): value for name, value in request.headers.items()}),
        bytes_in=number(request.headers.get("Content-Length")),
        bytes_out=0 if response.streaming else len(response.content),
        user_id=str(user.pk) if user is not None and user.is_authenticated else None,
    )
