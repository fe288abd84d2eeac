"""The middlewares of the Python package: API requests of a customer's program as events, and the report of them."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.testing.vendor import Vendor
from tracking.tests.test_python_sdk import bodies, client, metricpal

__all__ = ["client", "metricpal"]


def one(client: Any, vendor: Vendor) -> dict[str, Any]:
    assert client.flush()
    (event,) = bodies(vendor)[-1]["events"]
    assert event["event_type"] == "api_request"
    facts: dict[str, Any] = event["properties"]
    return facts


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"].endswith("/broken"):
        raise RuntimeError("broken")
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [b"12345", b"678"]


def call(app: Callable[..., Any], path: str, **environ: str) -> bytes:
    answer = app({"PATH_INFO": path, "REQUEST_METHOD": "POST", **environ}, lambda *_: None)
    try:
        return b"".join(answer)
    finally:
        answer.close()


def test_a_wsgi_request_is_told_with_its_route_and_without_its_key(client: Any, vendor: Vendor) -> None:
    from metricpal.middleware.wsgi import RequestAnalytics

    app = RequestAnalytics(application, client, only="/api/")
    assert call(app, "/api/v2/users/17", HTTP_X_API_KEY="topsecret", CONTENT_LENGTH="11") == b"12345678"
    facts = one(client, vendor)
    assert facts["duration_ms"] >= 0 and "topsecret" not in json.dumps(bodies(vendor))
    del facts["duration_ms"]
    assert facts == {
        "route": "/api/v2/users/:id", "method": "POST", "status": 201, "bytes_in": 11, "bytes_out": 8,
        "key_id": "53336a67", "api_version": "v2", "non_interaction": True,
    }  # fmt: skip


def test_a_wsgi_application_that_fails_is_told_as_500_and_fails_on(client: Any, vendor: Vendor) -> None:
    from metricpal.middleware.wsgi import RequestAnalytics

    app = RequestAnalytics(application, client)
    with pytest.raises(RuntimeError):
        call(app, "/broken")
    assert one(client, vendor)["status"] == 500


def test_an_asgi_request_has_the_route_that_matched(client: Any, vendor: Vendor) -> None:
    from metricpal.middleware.asgi import RequestAnalytics

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["route"] = type("Route", (), {"path": "/items/{item}"})()
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"no"})

    async def nothing(*_: Any) -> None:
        return None

    scope = {"type": "http", "path": "/items/9", "method": "GET", "headers": [(b"authorization", b"Bearer abc")]}
    asyncio.run(RequestAnalytics(app, client)(scope, nothing, nothing))
    facts = one(client, vendor)
    assert (facts["route"], facts["status"], facts["bytes_out"]) == ("/items/{item}", 404, 2)
    assert len(facts["key_id"]) == 8


def test_a_django_request_has_its_route_and_user(
    metricpal: Any, vendor: Vendor, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from metricpal.django.middleware import RequestAnalytics

    client = metricpal.configure(vendor.url, "mp_secret_live_0", flush_interval_s=60)
    settings.METRICPAL_REQUESTS = "/api/"

    def view(request: HttpRequest) -> HttpResponse:
        request.resolver_match = type("Match", (), {"route": "api/v1/things/<int:pk>"})()  # type: ignore[assignment]
        request.user = type("User", (), {"pk": 5, "is_authenticated": True})()
        return HttpResponse("hello")

    handled = RequestAnalytics(view)
    assert handled(RequestFactory().get("/other/")).status_code == 200
    assert handled(RequestFactory().get("/api/v1/things/3?secret=1")).content == b"hello"
    client.flush()
    (event,) = bodies(vendor)[0]["events"]
    assert event["user_id"] == "5" and "secret" not in json.dumps(event)
    assert event["properties"]["route"] == "/api/v1/things/<int:pk>"
    client.close()
