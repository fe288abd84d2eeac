"""Aggregated metrics and spend over HTTP: the shapes the first clients read, and what is refused."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from analytics.models import AcquisitionSpend
from analytics.tests.test_rollups import event
from analytics.tests.world import store_events
from config.testing.world import NOW
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("event_store", "clock")
DASHBOARD, AGGREGATED = "/api/v1/analytics/metrics/dashboard", "/api/v1/analytics/metrics/aggregated"
SPEND = "/api/v1/analytics/spend"


@pytest.fixture
def busy(acme):
    """Visitor 1 registered and paid 199.99 twice on the 9th; today 3 more payments and a registration."""
    at = lambda day, hour: datetime(2026, 3, day, hour, tzinfo=UTC)  # noqa: E731
    store_events(
        acme.dataset_id(),
        [
            event(at(9, 8), "signup_completed", 1), event(at(9, 9), "payment_completed", 1, 199.99),
            event(at(9, 10), "payment_completed", 1, 199.99), event(at(10, 8), "signup_completed", 2),
            *[event(at(10, hour), "payment_completed", 3, 199.99) for hour in (9, 10, 11)],
        ],
    )  # fmt: skip
    return acme


@pytest.fixture
def as_key(acme, owner):
    made = api_keys.issue(acme, name="App", actor=owner, now=NOW, kind="secret", permissions=["read"])
    return Client(headers={"X-API-Key": made[1]})


def test_the_dashboard_has_the_seven_numbers_of_the_first_clients(busy, as_key):
    answer = as_key.get(DASHBOARD).json()

    notes = answer.pop("notes")
    assert answer == {
        "daily_active_users": 2,
        "monthly_active_users": 3,
        "new_registrations_today": 1,
        "revenue_today": 599.97,
        "conversion_rate": 50.0,
        "churn_rate": None,
        "ltv_cac_ratio": None,
    }
    assert notes["ltv_cac_ratio"]["reason"] == "no full month yet"


def test_a_metric_over_time_is_the_list_that_the_first_clients_read(busy, as_key):
    asked = {"metric_type": "dau", "period": "daily", "start_date": "2026-03-01", "end_date": "2026-03-31"}

    (entry,) = as_key.get(AGGREGATED, asked).json()

    assert entry.pop("id")
    assert entry == {
        "metric_date": "2026-03-09",
        "metric_type": "dau",
        "period": "daily",
        "value": 1.0,
        "metadata": {"calculated_at": "2026-03-10T12:00:00Z"},
    }


def test_a_late_event_is_in_the_next_answer(busy, as_key):
    asked = {"metric_type": "revenue", "start_date": "2026-03-09", "end_date": "2026-03-09"}
    assert as_key.get(AGGREGATED, asked).json()[0]["value"] == 399.98

    store_events(busy.dataset_id(), [event(datetime(2026, 3, 9, 23, tzinfo=UTC), "refund", 1, 99.98)])

    assert as_key.get(AGGREGATED, asked).json()[0]["value"] == 300


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ({"metric_type": "dua"}, "metric_type", "Did you mean 'dau'?"),
        ({"period": "hourly"}, "period", "Choose from: daily, weekly, monthly."),
        ({"metric_type": "churn_rate"}, "period", "Ask for period=monthly."),
        ({"start_date": "yesterday"}, "start_date", "start_date=2026-01-31"),
        ({"start_date": "2026-03-02", "end_date": "2026-03-01"}, "end_date", "must not lie before"),
    ],
)
def test_what_cannot_be_answered_says_what_to_ask(as_key, asked, field, says):
    refused = as_key.get(AGGREGATED, asked)

    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert says in refused.json()["detail"]


def test_strangers_and_publishable_keys_learn_nothing(busy, as_stranger, acme_key):
    for url in (DASHBOARD, AGGREGATED, SPEND):
        assert as_stranger.get(f"{url}?workspace=acme").status_code == 404
        assert Client(headers={"X-API-Key": acme_key}).get(url).status_code == 403


def test_spend_comes_as_json_or_csv_and_a_file_sent_again_changes_nothing(acme, as_admin):
    rows = [{"date": "2026-02-01", "source": "google", "amount": "12.50", "currency": "EUR"}]
    body = "date,source,amount,currency\n2026-02-01,google,13.75,eur\n2026-02-02,bing,4,\n"

    first = as_admin.post(f"{SPEND}?workspace=acme", {"rows": rows}, "application/json")
    second = as_admin.post(f"{SPEND}?workspace=acme", body, "text/csv")
    as_admin.post(f"{SPEND}?workspace=acme", body, "text/csv")

    assert (first.json(), second.json()) == ({"recorded": 1}, {"recorded": 2})
    assert as_admin.get(f"{SPEND}?workspace=acme").json()["rows"] == [
        {"date": "2026-02-02", "source": "bing", "campaign": "", "amount": "4.0000", "currency": "USD"},
        {"date": "2026-02-01", "source": "google", "campaign": "", "amount": "13.7500", "currency": "EUR"},
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"date": "1.2.2026", "source": "x", "amount": "1"}, "date"),
        ({"date": "2026-02-01", "source": "", "amount": "1"}, "source"),
        ({"date": "2026-02-01", "source": "x", "amount": "1,5"}, "amount"),
        ({"date": "2026-02-01", "source": "x", "amount": "-1"}, "amount"),
        ({"date": "2026-02-01", "source": "x", "amount": "NaN"}, "amount"),
        ({"date": "2026-02-01", "source": "x", "amount": "1", "currency": "EURO"}, "currency"),
    ],
)
def test_a_row_that_cannot_be_understood_is_named_and_none_is_kept(as_admin, row, field):
    good = {"date": "2026-02-01", "source": "x", "amount": "1"}

    refused = as_admin.post(f"{SPEND}?workspace=acme", {"rows": [good, row]}, "application/json")

    assert (refused.status_code, refused.json()["field"], refused.json()["row"]) == (422, field, 2)
    assert not AcquisitionSpend.objects.exists()


def test_who_may_not_change_the_workspace_may_not_tell_its_spend(acme, as_analyst):
    assert as_analyst.post(f"{SPEND}?workspace=acme", {"rows": []}, "application/json").status_code == 403


def test_spend_of_a_month_changes_the_ratio_at_the_next_question(acme, as_admin):
    at = datetime(2026, 2, 2, 10, tzinfo=UTC)
    first = event(datetime(2026, 1, 5, 10, tzinfo=UTC), "page_view", 9)
    store_events(acme.dataset_id(), [first, event(at, "signup_completed", 1), event(at, "payment_completed", 1, 50.0)])
    asked = {"workspace": "acme", "metric_type": "ltv_cac_ratio", "period": "monthly", "start_date": "2026-02-01"}
    (before,) = as_admin.get(AGGREGATED, asked).json()

    rows = [{"date": "2026-02-10", "source": "google", "amount": "25"}]
    as_admin.post(f"{SPEND}?workspace=acme", {"rows": rows}, "application/json")

    (after,) = as_admin.get(AGGREGATED, asked).json()
    assert (before["value"], before["metadata"]["reason"]) == (None, "no spend data")
    assert (after["value"], after["metric_date"]) == (2.0, date(2026, 2, 1).isoformat())
