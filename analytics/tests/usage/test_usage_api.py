"""Usage over HTTP, as its first clients ask for it: what was used, what is allowed, counting, adding up by hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.lib.clock import now
from tracking.tests.door import post
from tracking.tests.usage.booked import stored_and_booked
from tracking.tests.usage.test_limits_at_the_door import batch
from workspaces import api_keys, limits
from workspaces.limits import Quota
from workspaces.models import ApiKey, Workspace

USAGE, QUOTAS, ROLLUP = "/api/analytics/usage", "/api/analytics/quotas", "/api/analytics/rollup"


@pytest.fixture
def server(acme_secret) -> Client:
    """A customer's program with a secret key."""
    return Client(headers={"X-API-Key": acme_secret})


def increment(client: Client, metric: str = "api_requests_daily", quantity: int = 1, **about: str):
    return client.post(USAGE, {"metric": metric, "quantity": quantity, **about}, "application/json")


def allow(acme: Workspace, *quotas: Quota) -> None:
    limits.set_limits(acme.organization, quotas, now())


def test_the_printed_example_increments_and_checks(server, clock):
    """analytics.increment_usage('tenant-123', 'api_requests_daily', 1), then check_quota: 1 of the default 100,000."""
    counted = increment(server, "api_requests_daily", 1)
    quota = server.get(QUOTAS, {"metric": "api_requests_daily"}).json()

    assert (counted.status_code, counted.json()["counted"]) == (200, True)
    assert (quota["current"], quota["limit"], quota["exceeded"]) == (1, 100_000, False)
    assert (quota["period"], quota["remaining"], quota["policy"]) == ("day", 99_999, "soft")


def test_every_default_limit_is_listed(server, clock):
    found = server.get(QUOTAS).json()["quotas"]

    assert {(each["metric"], each["limit"]) for each in found} == {
        ("api_requests_daily", 100_000),
        ("builds_daily", 200),
    }


def test_the_limits_of_five_keys_cost_the_database_as_many_questions_as_that_of_one(server, acme, owner, clock):
    def limited() -> str:
        key = api_keys.issue(acme, name="One", actor=owner, now=now(), kind="secret", permissions=["read"])[0]
        limits.set_limit(acme.organization, Quota("events", "month", 9), actor=owner, now=now(), key=key, source="own")
        return str(key.uid)

    keys, asked = [limited()], []
    server.get(QUOTAS)  # what is remembered for a while is remembered now
    for more in (0, 4):
        keys += [limited() for _ in range(more)]
        with CaptureQueriesContext(connection) as queries:
            found = server.get(QUOTAS).json()["quotas"]
        assert sorted(each["key"] for each in found if each["key"]) == sorted(keys)
        asked.append(sum("workspaces_apikey" in each["sql"] for each in queries))

    assert asked[0] == asked[1]


def test_a_soft_limit_of_an_own_unit_breaks_nothing_and_says_exceeded(server, acme, clock):
    allow(acme, Quota("builds_daily", "day", 2))

    answers = [increment(server, "builds_daily").json() for _ in range(3)]

    assert [answer["quota"]["exceeded"] for answer in answers] == [False, True, True]
    assert answers[2]["quota"]["state"] == "over"


def test_a_hard_limit_of_an_own_unit_refuses_what_would_pass_it(server, acme, clock):
    allow(acme, Quota("builds_daily", "day", 3, "hard"))
    increment(server, "builds_daily", 2)

    refused = increment(server, "builds_daily", 2)
    fits = increment(server, "builds_daily", 1)

    assert (refused.status_code, refused.json()["code"], refused.json()["remaining"]) == (402, "quota_exceeded", 1)
    assert fits.json()["quota"]["current"] == 3


def test_the_limit_of_a_key_refuses_nothing_of_a_person(server, as_admin, acme, owner, clock):
    limit = Quota("builds_daily", "day", 2, "hard")
    key = ApiKey.objects.get(kind="secret")
    limits.set_limit(acme.organization, limit, actor=owner, now=now(), key=key)
    increment(server, "builds_daily", 2)

    counted = increment(as_admin, "builds_daily", 1)

    assert increment(server, "builds_daily", 1).status_code == 402
    assert (counted.status_code, counted.json()["quota"]["current"], counted.json()["quota"]["limit"]) == (200, 3, 200)


def test_an_event_id_counts_once(server, clock):
    counted = [increment(server, event_id="req-1").json()["counted"] for _ in range(2)]

    assert counted == [True, False]
    assert server.get(QUOTAS, {"metric": "api_requests_daily"}).json()["current"] == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"metric": "events", "quantity": 1}, "measured"),
        ({"metric": "events_monthly", "quantity": 1}, "measured"),
        ({"metric": "Not a name", "quantity": 1}, "metric"),
        ({"metric": "builds_daily", "quantity": 0}, "invalid"),
        ({"quantity": 1}, "invalid"),
    ],
)
def test_what_cannot_be_counted_is_refused(server, body, code):
    answer = server.post(USAGE, body, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_organization_has_a_hundred_metrics_at_most(server, monkeypatch, clock):
    monkeypatch.setattr("tracking.usage.increments.MOST_METRICS", 2)

    codes = [increment(server, f"metric_{number}").status_code for number in range(3)]

    assert codes == [200, 200, 422]


def test_a_publishable_key_counts_nothing(acme_key):
    answer = increment(Client(headers={"X-API-Key": acme_key}))

    assert (answer.status_code, answer.json()["code"]) == (403, "secret_key_needed")


def test_a_key_that_may_only_write_counts_and_asks_how_much_is_left(acme, owner, clock):
    raw = api_keys.issue(acme, name="W", actor=owner, now=now(), kind="secret", permissions=["write"])[1]
    client = Client(headers={"X-API-Key": raw})

    assert increment(client).status_code == 200
    assert client.get(QUOTAS, {"metric": "api_requests_daily"}).json()["current"] == 1
    assert client.get(USAGE).status_code == 403


def test_a_test_key_counts_nothing_and_is_told_so(acme, owner, clock):
    about = {"kind": "secret", "permissions": ["write"], "environment": "test"}
    raw = api_keys.issue(acme, name="Test", actor=owner, now=now(), **about)[1]

    assert increment(Client(headers={"X-API-Key": raw})).json()["counted"] is False


def test_events_are_counted_by_themselves(server, acme_key, event_store, clock):
    """Three events of one day and two of the next, of which the first day is rolled up."""
    post(batch(3), key=acme_key)
    stored_and_booked(now())
    clock.shift(timedelta(days=1))
    post(batch(2), key=acme_key)

    found = server.get(USAGE, {"metric": "events", "from": "2026-03-09", "to": "2026-03-11"}).json()

    assert found["usage"] == [
        {"date": "2026-03-10", "metric": "events", "count": 3},
        {"date": "2026-03-11", "metric": "events", "count": 2},
    ]
    assert found["totals"] == {"events": 5}


def test_a_quota_of_events_says_where_the_month_goes(server, acme, acme_key, clock):
    """Ten events in 9.5 of 31 days: 33 by the end of the month, within 40."""
    allow(acme, Quota("events", "month", 40))
    post(batch(10), key=acme_key)

    quota = server.get(QUOTAS, {"metric": "events"}).json()

    assert (quota["current"], quota["limit"], quota["percent"], quota["forecast"]) == (10, 40, 25.0, 33)
    assert quota["resets_at"] == "2026-04-01T00:00:00+00:00"


def test_adding_up_by_hand_is_for_admins_and_stands_in_the_audit_log(as_admin, as_analyst, acme, server, clock):
    increment(server, "builds_daily", 5)

    done = as_admin.post(ROLLUP, {}, "application/json")
    again = as_admin.post(ROLLUP, {"first": "2026-03-10", "last": "2026-03-10"}, "application/json")

    assert (done.status_code, done.json()["success"], done.json()["rows"]) == (200, True, 1)
    assert (again.json()["days"], again.json()["rows"], again.json()["totals"]) == (1, 1, {"builds_daily": 5})
    assert as_analyst.post(ROLLUP, {}, "application/json").status_code == 403
    entry = acme.organization.audit_entries.filter(action="usage.rollup").latest("id")
    assert (entry.actor, entry.target) == ("admin@example.com", "2026-03-10 to 2026-03-10")


def test_the_stranger_sees_nothing_of_it(as_stranger, acme, server, clock):
    increment(server)

    assert as_stranger.get(USAGE).json()["totals"] == {}
    assert as_stranger.get(USAGE, {"workspace": acme.slug}).status_code == 404


def test_prometheus_has_the_families_of_usage(anonymous, server, acme, acme_key, clock):
    allow(acme, Quota("builds_daily", "day", 1, "hard"))
    post(batch(2), key=acme_key)
    increment(server, "builds_daily")
    increment(server, "builds_daily")

    page = anonymous.get("/metrics").content.decode()

    assert 'metricpal_analytics_events_total{event="page_view",source="web",tenant="acme"}' in page
    assert 'metricpal_usage_count_total{metric="builds_daily",tenant="acme"}' in page
    assert 'metricpal_quota_exceeded_total{metric="builds_daily",tenant="acme"}' in page
    assert "metricpal_analytics_rollup_duration_seconds_bucket" in page


def test_days_of_no_year_that_can_be_meant_are_refused(server, clock):
    for name in ("from", "to"):
        for day in ("0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31", "yesterday"):
            answer = server.get(USAGE, {name: day})
            assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid_date", name)
