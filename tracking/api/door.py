"""HTTP around tracking.door: what all ingestion endpoints share.

The key is the only credential, any page may call, nothing but JSON (or what a dialect answers) comes out.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from config.lib import clock, metrics
from tracking import door

PREFLIGHT = {
    "Access-Control-Allow-Headers": "Content-Type, X-API-Key, Authorization, Content-Encoding",
    "Access-Control-Max-Age": "86400",
}


class OnlyJson(BaseContentNegotiation):
    """Answers are JSON whatever Accept says: browsers send odd ones with beacons."""

    def select_parser(self, request: Request, parsers: Any) -> None:
        return None  # the body is read by tracking.wire, never by DRF

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class Door(APIView):
    """One endpoint: a subclass names its dialect and, in `post` or `get`, calls `take_in`."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = ()
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OnlyJson
    dialect: ClassVar[door.Dialect]

    @metrics.INGEST_SECONDS.time()
    def take_in(self, request: Request) -> HttpResponse:
        answer = door.receive(self.dialect, request._request.META, request._request, clock.now())
        return HttpResponse(answer.body, content_type=answer.content_type, status=answer.status)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        allowed = {"Access-Control-Allow-Methods": ", ".join(self.allowed_methods)}
        return HttpResponse(status=204, headers=PREFLIGHT | allowed, content_type="application/json")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        # Refusals are counted. Django's log line would be one for each of them, with the key that stands in the URL.
        response._has_been_logged = True
        # And never Allow-Credentials: a cookie means nothing here.
        response.headers["Access-Control-Allow-Origin"] = "*"
        # Else the script, on a page of another origin, could not read when to try again.
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        return response
