"""The ingestion door: POST /api/v1/collect.

    wire.read ──► payloads.parse ──► keys.grant ──► origins.check ──► client.of_request ──► ingest.ingest

The view adds HTTP alone; all of the line above it works without a framework. 200 means: on the disk.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import redis
from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from config.lib import clock, metrics
from config.lib.problems import Problem
from tracking import client, ingest, keys, origins, payloads, serializers, wire

PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, X-API-Key, Authorization, Content-Encoding",
    "Access-Control-Max-Age": "86400",
}
RETRY_AFTER_SECONDS = "5"


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
    """What the doors share: the key is the only credential, any page may call, JSON in and out."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = ()
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OnlyJson

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return HttpResponse(status=204, headers=PREFLIGHT, content_type="application/json")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        # Refusals are counted. Django's log line would be one for each of them, with the key that stands in the URL.
        response._has_been_logged = True
        # And never Allow-Credentials: a cookie means nothing here.
        response.headers["Access-Control-Allow-Origin"] = "*"
        # Else the script, on a page of another origin, could not read when to try again.
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        return response


class CollectView(Door):
    @extend_schema(**serializers.COLLECT)
    @metrics.INGEST_SECONDS.time()
    def post(self, request: Request) -> HttpResponse:
        receipt = receive(request._request)
        status = 422 if receipt.rejected == len(receipt.results) else 200
        return HttpResponse(msgspec.json.encode(receipt), content_type="application/json", status=status)


def receive(request: HttpRequest) -> ingest.Receipt:
    """Raises Problem for whatever is wrong with the whole request."""
    now, environ = clock.now(), request.META
    body = wire.read(environ, request)
    outside = keys.in_request(environ, request.GET)
    grant = keys.grant(outside, now) if outside else None  # a stranger's body is not parsed
    payload = payloads.parse(body)
    raw = keys.one_of(outside, keys.in_frame(payload.frame))
    grant = grant or keys.grant(raw, now)
    origins.check(grant, environ.get("HTTP_ORIGIN", ""))
    payloads.check_count(payload)
    try:
        return ingest.ingest(payload, body, grant, client.of_request(environ, payload.frame, grant, now), now)
    except redis.RedisError as error:
        detail = "Events cannot be logged now. Send the same request again."
        raise Problem(503, "log_unavailable", detail, headers={"Retry-After": RETRY_AFTER_SECONDS}) from error


def health(request: HttpRequest) -> HttpResponse:
    """That the process answers. Whether its stores do is said by /readiness."""
    return JsonResponse({"status": "healthy", "service": "collect"})
