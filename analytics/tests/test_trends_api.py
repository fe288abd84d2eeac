"""Trends over HTTP, their saved metrics, and that groups and buckets add up in any zone."""

import random
from datetime import UTC, datetime

import pytest
from django.test import Client

from analytics import custom_metrics
from analytics.models import SavedMetric
from analytics.query import run_many
from analytics.query.gaps import edges
from analytics.tests.test_api import key_of
from analytics.tests.world import Sent, page, page_view, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store", "clock")
API, SAVED = "/api/v1/analytics/trends", "/api/v1/analytics/saved-metrics"
LATER = datetime(2026, 5, 1, tzinfo=UTC)
SIGNED_UP = {"metric": "visitors", "filters": [["is", "event", ["signup"]]]}


@pytest.fixture
def as_key(acme, owner):
    return Client(headers={"X-API-Key": key_of(acme, owner)})


@pytest.fixture
def world(acme):
    """One of two visitors signed up on the 9th; one of one on the 8th."""
    store_events(
        acme.dataset_id(),
        [
            page_view("2026-03-08T10:00", visitor=3), Sent("2026-03-08T10:01", "custom", "/", 3, "signup"),
            page_view("10:00", visitor=1), Sent("10:01", "custom", "/", 1, "signup"), page_view("10:00", visitor=2),
        ],
    )  # fmt: skip
    return acme


def test_a_trend_as_json_and_as_an_address_say_the_same(world, as_key):
    posted = as_key.post(
        API,
        {"series": [SIGNED_UP, {"metric": "visitors"}], "formula": "A / B * 100", "period": "7d"},
        "application/json",
    ).json()
    got = as_key.get(
        API, {"s": ["visitors;is,event,signup", "visitors"], "formula": "A / B * 100", "period": "7d"}
    ).json()

    (line,) = posted["lines"]
    assert line["values"][-2:] == [100.0, 50.0]
    assert line["total"] == pytest.approx(200 / 3)
    assert posted["starts"][-1] == "2026-03-09T00:00:00+00:00"
    assert got == posted


def test_a_saved_metric_is_a_series_and_a_number(world, as_key):
    body = {
        "name": "Sign-up rate",
        "series": [SIGNED_UP, {"metric": "visitors"}],
        "formula": "A/B*100",
        "unit": "percent",
    }
    made = as_key.post(SAVED, body, "application/json").json()

    line = as_key.post(API, {"series": [{"saved": made["id"]}], "period": "yesterday"}, "application/json").json()[
        "lines"
    ][0]
    metric = SavedMetric.objects.get(uid=made["id"])

    assert (line["series"], line["total"]) == ("A", 50.0)
    assert custom_metrics.value(metric, page(world, "period=7d"), NOW) == pytest.approx(200 / 3)


def test_a_saved_metric_is_changed_and_deleted(world, as_key):
    made = as_key.post(SAVED, {"name": "X", "series": [SIGNED_UP], "formula": "A"}, "application/json").json()
    address = f"{SAVED}/{made['id']}"

    changed = as_key.put(address, {"formula": "A * 2"}, "application/json").json()
    wrong = as_key.put(address, {"formula": "A * B"}, "application/json").json()
    gone = as_key.delete(address)

    assert (changed["formula"], changed["name"]) == ("A * 2", "X")
    assert wrong["detail"] == "There is no series B. The series are A."
    assert gone.status_code == 204
    assert as_key.get(SAVED).json() == []


def test_a_metric_without_a_known_series_is_refused(as_key):
    refused = as_key.post(SAVED, {"name": "X", "series": [{"metric": "x"}], "formula": "A"}, "application/json")

    assert refused.json()["detail"].startswith("Unknown metric 'x'")


def test_the_page_saves_a_trend_as_a_metric(world, as_analyst, acme):
    state = "?s=visitors;is,event,signup&s=visitors&formula=A/B*100"

    form = as_analyst.get(f"/w/acme/metrics/new/{state}").content.decode()
    as_analyst.post(f"/w/acme/metrics/new/{state}", {"name": "Rate", "formula": "A/B*100", "unit": "percent"})
    listed = as_analyst.get("/w/acme/metrics/").content.decode()
    metric = SavedMetric.objects.get(workspace=acme)
    trend = as_analyst.get(f"/w/acme/reports/trends/?period=yesterday&s=saved,{metric.uid}").content.decode()

    assert "Visitors where Event is signup" in form
    assert "A: Visitors where Event is signup" in listed
    assert "50\u202f%" in trend


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Europe/Berlin"])
@pytest.mark.parametrize("interval", ["hour", "day"])
def test_groups_and_buckets_add_up_to_the_total_over_a_change_of_the_clock(event_store, acme, zone, interval):
    """Days of 23, 23.5, 24.5 and 25 hours: early April and the end of March 2026."""
    acme.timezone = zone
    pick = random.Random(zone)
    days = ["03-28", "03-29", "04-04", "04-05"]
    moments = [f"2026-{pick.choice(days)}T{pick.randrange(24):02}:{pick.randrange(60):02}" for _ in range(120)]
    sent = [page_view(each, f"/{pick.choice('abcdefg')}", visitor=pick.randrange(1, 20)) for each in moments]
    stored = store_events(acme.dataset_id(), sent)
    asked = page(acme, "period=custom&from=2026-03-27&to=2026-04-06", LATER)
    series = asked.query("pageviews", "visits", interval=interval, dimensions=("page",), limit=3, totals=False)
    whole = asked.query("pageviews")

    found, total = run_many([series, whole], LATER)

    starts = [start.timestamp() * 1000 for start in edges(asked.period, interval)]
    counted = [
        sum(start <= each < end for each in stored.events["ts"])
        for start, end in zip(starts, [*starts[1:], 1e15], strict=True)
    ]
    by_start: dict[str, float] = {}
    for row in found.rows:
        by_start[row.keys[0]] = by_start.get(row.keys[0], 0) + (row.values["pageviews"] or 0)
    assert list(by_start.values()) == counted
    assert sum(counted) == total.totals["pageviews"] == 120
    assert len({row.keys[1] for row in found.rows if not row.is_other}) == 3
