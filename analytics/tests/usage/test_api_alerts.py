"""Alerts on API requests: the middleware tells them, the report's button makes the alert, a channel hears of it."""

import hashlib
import json
import re
import time
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analytics.models import AlertRule
from analytics.tests.alerts.world import kinds, webhook, work
from config.lib import clock
from config.testing.vendor import Vendor
from tracking.tests.test_python_requests import call
from tracking.tests.test_python_sdk import metricpal as metricpal  # a fixture
from tracking.tests.usage.booked import stored
from workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("event_store")
WEB = "/w/acme/reports/web/"
KEY, KEY_ID = "secret-of-a-customer", hashlib.sha256(b"secret-of-a-customer").hexdigest()[:8]
ORDERS = "is,endpoint,GET /api/v1/orders/:id"


@pytest.fixture
def requests(metricpal: ModuleType, live_site: str, acme_secret: str) -> None:
    """Four requests to orders, of which one failed; one to users, which went well; all within a second."""
    from metricpal.middleware.wsgi import RequestAnalytics

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        time.sleep(0.001)  # a duration is told to a tenth of a millisecond
        start_response("503 Busy" if environ["PATH_INFO"].endswith("/9") else "200 OK", [])
        return [b"{}"]

    with metricpal.Client(live_site, acme_secret, flush_interval_s=60, timeout_s=60) as client:
        api = RequestAnalytics(application, client, only="/api/")
        for path in ("orders/1", "orders/2", "orders/3", "orders/9", "users/1"):
            call(api, f"/api/v1/{path}", REQUEST_METHOD="GET", HTTP_X_API_KEY=KEY)
        assert client.flush(60)
    stored()


def a_second_later() -> datetime:
    """Windows end with whole seconds."""
    return clock.now() + timedelta(seconds=1)


def watched(client: Client, label: str, **params: str) -> str:
    """Where the report's button of that name leads."""
    buttons = client.get(WEB, {"tab": "endpoints", "period": "day"} | params).context["watches"]
    return next(each.href for each in buttons if each.label == label)


def saved_as_filled_in(client: Client, address: str) -> AlertRule:
    """The form, sent as the button opened it."""
    form = client.get(address).context["draft"]
    sent: dict[str, Any] = {}
    for name, value in form.parameters:
        sent.setdefault(name, []).append(value)
    answer = client.post(reverse("alert_new", args=["acme"]), sent)
    assert answer.status_code == 302, answer.context["error"]
    return AlertRule.objects.get()


@pytest.mark.usefixtures("requests")
def test_the_button_of_the_report_watches_the_endpoint_it_shows(
    as_analyst: Client, acme: Workspace, vendor: Vendor
) -> None:
    rule = saved_as_filled_in(as_analyst, watched(as_analyst, "Server errors", f=ORDERS))
    rule.channels.set([webhook(acme, vendor)])
    AlertRule.objects.update(for_minutes=0)
    work(a_second_later())

    assert rule.name == "API: server errors, API endpoint is GET /api/v1/orders/:id"
    assert (rule.condition, rule.threshold, rule.window_minutes) == ("above", 5, 10)
    assert kinds(vendor) == ["fired"]
    data = json.loads(vendor.requests[-1].body)["data"]
    assert data["value"] == 25
    assert "over the last 10 minutes: 25\u202f%. Fires when above 5\u202f%." in data["message"]


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize(
    "query, value",
    [
        ("api_server_errors", 20),
        (f"api_server_errors;{ORDERS}", 25),
        ("api_server_errors;is,endpoint,GET /api/v1/users/:id", 0),
        ("api_server_errors;is,prop:api_version,v2", None),
        ("api_requests;is,prop:api_version,v1", 5),
        (f"api_requests;is,prop:key_id,{KEY_ID}", 5),
        ("s=api_requests;is,prop:status,503&s=api_requests&formula=A/B*100", 20),
    ],
)
def test_an_alert_by_the_api_watches_an_endpoint_a_version_or_a_formula(
    as_analyst: Client, acme: Workspace, query: str, value: float | None
) -> None:
    fields = {"name": "API", "metric_query": query, "condition_type": "above", "threshold_value": 10,
              "window_minutes": 15}  # fmt: skip
    made = as_analyst.post("/api/alerts?workspace=acme", fields, content_type="application/json")
    assert made.status_code == 201, made.json()
    rule = AlertRule.objects.get()
    work(a_second_later())
    rule.refresh_from_db()
    assert rule.last_value == value
    assert rule.is_open == ((value or 0) > 10)


@pytest.mark.usefixtures("requests")
def test_slow_answers_are_told_in_milliseconds(as_analyst: Client, acme: Workspace, vendor: Vendor) -> None:
    address = watched(as_analyst, "Slow answers").replace("threshold=1000", "threshold=0").replace("for=2", "for=0")
    rule = saved_as_filled_in(as_analyst, address)
    rule.channels.set([webhook(acme, vendor)])
    work(a_second_later())

    assert kinds(vendor) == ["fired"]
    said = json.loads(vendor.requests[-1].body)["data"]["message"]
    assert re.search(r"^API latency p95 over the last 10 minutes: [\d.,]+\u202fms\. Fires when above 0\u202fms", said)


def test_no_request_is_neither_slow_nor_faulty(acme: Workspace, as_analyst: Client) -> None:
    fields = {"name": "API", "metric_query": "api_latency_p95", "condition_type": "above", "threshold_value": 10}
    as_analyst.post("/api/alerts?workspace=acme", fields, content_type="application/json")
    work(a_second_later())

    assert AlertRule.objects.get().status == "no_data"


@pytest.mark.usefixtures("requests")
def test_who_may_not_make_alerts_is_offered_none(as_viewer: Client) -> None:
    body = as_viewer.get(WEB, {"tab": "endpoints", "period": "day"}).content.decode()

    assert "GET /api/v1/orders/:id" in body and "alerts/new/" not in body
