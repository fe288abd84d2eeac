"""The Python package against the product itself: units, quotas, and API requests up to their report."""

from types import ModuleType
from typing import Any

import pytest

from config.lib.clock import now
from tracking.models import UsageEntry
from tracking.tests.test_python_requests import call
from tracking.tests.test_python_sdk import metricpal as metricpal  # a fixture
from tracking.tests.usage.booked import stored
from tracking.usage import ledger, used
from workspaces import limits
from workspaces.limits import Quota
from workspaces.models import Workspace

METRIC = "builds_daily"


@pytest.fixture
def client(metricpal: ModuleType, live_site: str, acme_secret: str) -> Any:
    with metricpal.Client(live_site, acme_secret, flush_interval_s=60, timeout_s=60) as client:
        yield client


def test_units_are_counted_and_the_quota_says_so(client: Any, acme: Workspace) -> None:
    limits.set_limits(acme.organization, [Quota(METRIC, "day", 5)], now())
    for _ in range(3):
        client.increment_usage(METRIC, 2)
    assert client.flush(60)
    quota = client.check_quota(METRIC)

    assert (quota["current"], quota["limit"], quota["exceeded"], quota.known) == (6, 5, True, True)
    assert used(acme.organization_id, METRIC, "day", now()) == 6
    ledger.drain(now())
    assert UsageEntry.objects.get(organization=acme.organization, metric=METRIC).quantity == 6


def test_a_hard_limit_refuses_the_sum_and_the_program_goes_on(client: Any, acme: Workspace) -> None:
    limits.set_limits(acme.organization, [Quota(METRIC, "day", 5, "hard")], now())
    for _ in range(2):
        client.increment_usage(METRIC, 4)
        assert client.flush(60)

    assert used(acme.organization_id, METRIC, "day", now()) == 4


def test_a_quota_of_events_is_asked_by_the_same_call(client: Any, acme: Workspace) -> None:
    quota = client.check_quota("events")

    assert (quota["current"], quota["limit"], quota.known) == (0, None, True)


@pytest.mark.usefixtures("event_store")
def test_requests_of_a_wsgi_application_are_in_the_report(client: Any, acme: Workspace, as_analyst: Any) -> None:
    from metricpal.middleware.wsgi import RequestAnalytics

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("404 Not Found" if environ["PATH_INFO"].endswith("/9") else "200 OK", [])
        return [b"{}"]

    api = RequestAnalytics(application, client, only="/api/")
    for path in ("/api/v1/orders/7", "/api/v1/orders/9"):
        call(api, path, REQUEST_METHOD="GET", HTTP_X_API_KEY="secret-of-a-customer")
    assert client.flush(60)
    stored()

    rows = as_analyst.get("/api/v1/analytics/web", {"report": "endpoints", "period": "day"}).json()["rows"]
    assert [(row["key"], row["requests"], row["client_errors"]) for row in rows] == [("GET /api/v1/orders/:id", 2, 50)]
