"""Events that grew too old are gone: reports say so, and what was made of them stays."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.utils.html import strip_tags

from analytics import cohorts
from analytics.models import MetricRoles
from analytics.rollups import Dataset, days, roll_up
from analytics.rollups.kept import kept
from analytics.tasks import roll_up_dataset
from analytics.tests.world import goal, page, page_view, store_events
from analytics.views.exports import paper
from config.lib.redis_clients import buffer_client
from config.testing.world import NOW
from tracking.expiry import deletion
from tracking.models import CollectionRules, Expiry

pytestmark = pytest.mark.usefixtures("event_store", "clock")
SAID = "Events before 8 Feb 2026 (UTC) are deleted"


@pytest.fixture
def quarter(acme):
    """A payment of 10 every tenth day since 1 December, and a page view yesterday."""
    moments = [datetime(2025, 12, 1, 10) + timedelta(days=10 * number) for number in range(10)]
    sent = [goal(each.isoformat(), "payment_completed", number, value=10.0) for number, each in enumerate(moments, 1)]
    store_events(acme.dataset_id(), [*sent, page_view("10:00", visitor=50)])


@pytest.fixture
def thirty_days(acme, quarter):
    CollectionRules.objects.create(workspace=acme, event_days=30)
    deletion.expire(acme, "live", NOW)


def said(client, path):
    return " ".join(strip_tags(client.get(path).content.decode()).split())


@pytest.mark.parametrize("path", ["", "reports/trends/", "reports/funnel/", "reports/web/"])
def test_a_page_whose_period_reaches_there_says_so(as_owner, acme, thirty_days, path):
    told = f"{SAID}, so this period shows none from before."

    assert told in said(as_owner, f"/w/acme/{path}?period=91d&compare=off")
    assert told in said(as_owner, f"/w/acme/{path}?period=all")
    assert SAID not in said(as_owner, f"/w/acme/{path}?period=28d&compare=off")


def test_a_comparison_with_deleted_days_says_so(as_owner, acme, thirty_days):
    told = f"{SAID}, and the comparison reaches before that: changes look larger than they are."

    assert told in said(as_owner, "/w/acme/?period=28d")
    assert told not in said(as_owner, "/w/acme/?period=7d")


def test_business_metrics_outlive_their_events_and_say_nothing(as_owner, acme, thirty_days):
    assert SAID not in said(as_owner, "/w/acme/reports/business/?period=91d&measure=revenue")


def test_answers_of_the_api_have_it_with_their_period(client, acme, acme_secret, thirty_days):
    def ask(period):
        body = {"metrics": ["visitors"], "period": period, "compare": "previous"}
        answer = client.post("/api/v1/analytics/query", body, "application/json", headers={"X-API-Key": acme_secret})
        return [json.loads(answer.content)[each]["deleted_before"] for each in ("period", "compare")]

    moment = "2026-02-08T00:00:00+00:00"
    assert (ask("91d"), ask("28d"), ask("7d")) == ([moment, moment], [None, moment], [None, None])


def test_receipts_and_the_other_environment(as_owner, client, acme, acme_secret, thirty_days):
    answer = client.get("/api/v1/analytics/receipt?period=91d", headers={"X-API-Key": acme_secret})

    assert json.loads(answer.content)["period"]["deleted_before"] == "2026-02-08T00:00:00+00:00"
    assert SAID in said(as_owner, "/w/acme/receipt/?period=91d&metric=visitors")
    assert page(acme, "period=91d&env=test").period.deleted_before is None
    assert SAID in paper.subtitle(page(acme, "period=91d"))


def revenue(dataset, every="daily"):
    found = kept(dataset).filter(metric_type="revenue", period=every, value__gt=0)
    return {day.isoformat(): value for day, value in found.values_list("metric_date", "value")}


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Apia"])
def test_aggregated_metrics_stay_as_they_were_whoever_computes_them_again(acme, quarter, zone):
    acme.timezone = zone
    acme.save()
    CollectionRules.objects.create(workspace=acme, event_days=30)
    shop = Dataset.of(acme, "live")
    deletion.expire(acme, "live", NOW)  # nobody had rolled up before
    first = (revenue(shop), revenue(shop, "monthly"), kept(shop).get(metric_type="mau", metric_date="2026-03-08").value)
    roll_up_dataset(acme.id, "live")
    MetricRoles.objects.create(workspace=acme, names={"registration": ["other"]})  # another definition: all is due
    changed = Dataset.of(acme, "live")
    due = roll_up(changed, NOW)

    assert (len(first[0]), first[1]) == (10, {"2025-12-01": 40, "2026-01-01": 30, "2026-02-01": 20})
    assert (revenue(changed), revenue(changed, "monthly")) == first[:2]
    assert kept(changed).get(metric_type="mau", metric_date="2026-03-08").value == first[2] == 3
    assert min(due) == days.first_kept(changed) == date(2026, 2, 9 if zone == "Pacific/Apia" else 8)


def test_a_changed_definition_is_no_reason_to_compute_for_ever(as_owner, acme, thirty_days, monkeypatch):
    MetricRoles.objects.create(workspace=acme, names={"registration": ["other"]})
    buffer_client().set(f"tick:{acme.dataset_id()}", 1)
    assert as_owner.get("/w/acme/reports/business/").status_code == 200
    computed = []
    monkeypatch.setattr("analytics.rollups.run.roll_up", lambda *given, **more: computed.append(given))
    as_owner.get("/w/acme/reports/business/")

    buffer_client().delete(f"tick:{acme.dataset_id()}")
    assert computed == []


def test_days_without_events_are_still_nought_when_everything_is_gone(acme, quarter):
    CollectionRules.objects.create(workspace=acme, event_days=30)
    later = NOW + timedelta(days=60)
    deletion.expire(acme, "live", later)
    shop = Dataset.of(acme, "live")
    roll_up(shop, later)

    assert kept(shop).get(metric_type="dau", period="daily", metric_date="2026-05-08").value == 0
    assert kept(shop).get(metric_type="revenue", period="daily", metric_date="2026-02-19").value == 10


def test_a_roll_up_that_fails_keeps_the_events(acme, quarter, monkeypatch):
    CollectionRules.objects.create(workspace=acme, event_days=30)
    monkeypatch.setattr("analytics.rollups.expiring.roll_up", _fail)
    with pytest.raises(TimeoutError):
        deletion.expire(acme, "live", NOW)

    assert not Expiry.objects.exists()


def _fail(*_):
    raise TimeoutError


def test_a_workspace_whose_events_are_all_deleted_does_not_wait_for_its_first(as_owner, acme, quarter, clock):
    CollectionRules.objects.create(workspace=acme, event_days=30)
    clock.shift(timedelta(days=60))
    waits = "none has arrived yet"
    deletion.expire(acme, "live", NOW + timedelta(days=60))

    assert waits not in said(as_owner, "/w/acme/reports/trends/")


def test_a_frozen_cohort_says_how_many_are_left_on_it(acme, owner, quarter):
    people = [1, 2, 10, 4711]  # of December, of December, of today's month, and somebody who has not come yet
    cohort = cohorts.save_people(acme, "live", name="Buyers", people=people, actor=owner, now=NOW)
    CollectionRules.objects.create(workspace=acme, event_days=30)
    deletion.expire(acme, "live", NOW)
    cohort.refresh_from_db()

    assert cohort.size == 2
