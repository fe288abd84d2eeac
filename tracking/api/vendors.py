"""The addresses of other tools, where their SDKs find us once the host name is changed.

Each answers as its tool does (tracking.dialects); the pipeline behind them is the one behind /api/v1/collect.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, re_path
from rest_framework.request import Request

from config.lib import clock, metrics
from config.lib.problems import Problem
from tracking import door as way_in
from tracking import wire
from tracking.api import quiet
from tracking.api.door import PREFLIGHT, Door
from tracking.dialects import amplitude, batch, fields, google, matomo, mixpanel, plausible, posthog, segment, umami
from tracking.dialects.vendor import VendorDialect
from tracking.door import Answer, Sent

SENT_HEADERS = f"{PREFLIGHT['Access-Control-Allow-Headers']}, X-Umami-Cache, Accept, X-Requested-With"


class VendorDoor(Door):
    http_method_names = ("get", "post", "options")  # a HEAD asks whether we are there, and is no event
    dialect: ClassVar[VendorDialect]

    def post(self, request: Request) -> HttpResponse:
        return self.take_in(request)

    def get(self, request: Request) -> HttpResponse:
        """Only where the tool has it; else these tools answer 405 as we do."""
        if "GET" not in self.dialect.methods:
            return self.http_method_not_allowed(request)
        return self.take_in(request)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().options(request, *args, **kwargs)
        response.headers["Access-Control-Allow-Headers"] = SENT_HEADERS
        response.headers["Access-Control-Allow-Methods"] = ", ".join((*self.dialect.methods, "OPTIONS"))
        return response

    def handle_exception(self, exc: Exception) -> Any:
        if not isinstance(exc, Problem):
            return super().handle_exception(exc)
        response = _response(self.dialect.refusal(exc))
        for name, value in exc.headers.items():
            response.headers[name] = value
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        origin = request.headers.get("Origin", "")
        if self.dialect.with_cookies and origin.isprintable() and origin:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
            response.headers["Vary"] = "Origin"
        return response


class ChoosingDoor(VendorDoor):
    """An address where the request itself tells in which form it wants its answer, or even whose it is."""

    choose: ClassVar[Callable[[Sent], VendorDialect]]

    @metrics.INGEST_SECONDS.time()
    def take_in(self, request: Request) -> HttpResponse:
        environ = request._request.META
        body = b"" if request.method == "GET" else wire.read(environ, request._request, fields.ANY_TYPE, wire.VENDORS)
        sent = Sent(environ, way_in.query_of(environ), body)
        self.dialect = type(self).choose(sent)  # type: ignore[misc]  # of this request, whose view this is
        return _response(self.dialect.answer(way_in.take(self.dialect, sent, clock.now())))


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, content_type=answer.content_type, status=answer.status)


def door(
    route: str, dialect: VendorDialect, name: str, choose: Callable[[Sent], VendorDialect] | None = None
) -> URLPattern:
    """At the route with and without a final slash: the tools' SDKs write either. `choose` decides for each request."""
    about = {"dialect": dialect} | ({"choose": staticmethod(choose)} if choose else {})
    view: Any = type("VendorView", (ChoosingDoor if choose else VendorDoor,), about)
    return re_path(rf"^{route}/?$", view.as_view(), name=name)


SEGMENT: list[URLPattern | URLResolver] = [
    door("v1/(?:batch|b|import)", segment.BATCH, "segment_batch"),
    # The second address of each is the one analytics.js writes.
    *(door(rf"v1/(?:{call}|{call[0]})", segment.CALL[call], f"segment_{call}") for call in segment.CALLS),
]
POSTHOG: list[URLPattern | URLResolver] = [
    door("(?:capture|e|i/v0/e)", posthog.CAPTURE, "posthog_capture"),
    re_path(r"^(?:decide|flags)/?$", quiet.posthog_flags, name="posthog_flags"),
    re_path(r"^array/(?P<token>[\w-]{1,200})/config$", quiet.posthog_config, name="posthog_config"),
    re_path(r"^array/(?P<token>[\w-]{1,200})/config\.js$", quiet.posthog_script, name="posthog_script"),
]
AMPLITUDE: list[URLPattern | URLResolver] = [
    door("2/httpapi", amplitude.EVENTS, "amplitude_events"),
    door("identify", amplitude.IDENTIFY, "amplitude_identify"),
    door("groupidentify", amplitude.GROUPS, "amplitude_groups"),
]
MIXPANEL: list[URLPattern | URLResolver] = [
    door("track", mixpanel.TRACK, "mixpanel_track", mixpanel.of_track),
    door("import", mixpanel.IMPORT, "mixpanel_import", mixpanel.of_import),
    door("engage", mixpanel.ENGAGE, "mixpanel_engage", mixpanel.of_engage),
    door("groups", mixpanel.GROUPS, "mixpanel_groups", mixpanel.of_groups),
]
OTHERS: list[URLPattern | URLResolver] = [
    door("api/event", plausible.EVENT, "plausible_event"),
    door("api/send", umami.SEND, "umami_send"),
    door("api/batch", umami.BATCH, "umami_batch"),
    door(r"(?:matomo|piwik)\.php", matomo.IMAGE, "matomo", matomo.of),
    door("mp/collect", google.COLLECT, "google_collect"),
]
urls: list[URLPattern | URLResolver] = [
    *SEGMENT,
    re_path(r"^v1/projects/(?P<key>[\w-]{1,200})/settings$", quiet.segment_settings, name="segment_settings"),
    *POSTHOG,
    *AMPLITUDE,
    *MIXPANEL,
    *OTHERS,
    door("batch", posthog.CAPTURE, "other_batch", batch.of),
]
