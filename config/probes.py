"""Supervisors and load balancers ask by address: /health and /readiness tell them, whatever names this site has."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PROBES = frozenset({"/health", "/readiness"})


class ProbeMiddleware:
    """Stands before what refuses a host that ALLOWED_HOSTS does not name. Nothing in these answers is made of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in PROBES:
            vars(request)["get_host"] = lambda: "probe"
        return self.get_response(request)
