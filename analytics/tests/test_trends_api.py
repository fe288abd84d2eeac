"""Trends over HTTP, their saved metrics, and that groups and buckets add up in any zone."""

import random
from datetime import UTC, datetime

import pytest
from django.test import Client

from analytics import custom_metrics
from analytics.models import SavedMetric
from analytics.query import run_many
from analytics.query.gaps import edges
from analytics.reports.trends import Series, Trend, answer
from analytics.tests.test_api import key_of
from analytics.tests.world import Sent, page, page_view, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store", "clock")
API, SAVED = "/api/v1/analytics/trends", "/api/v1/analytics/saved-metrics"
LATER = datetime(2026, 5, 1, tzinfo=UTC)
SIGNED_UP = {"metric": "visitors", "filters": [["is", "event", ["signup"]]]}


@pytest.fixture
def as_key(acme, owner):
    return Client(headers={"X-API-Key": key_of(acme, owner, permissions=("read", "write"))})


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


def test_a_saved_metric_takes_no_field_that_nobody_reads(world, as_key):
    body = {"name": "X", "series": [SIGNED_UP], "formula": "A"}
    unread = as_key.post(SAVED, body | {"units": "percent"}, "application/json")
    made = as_key.post(SAVED, body, "application/json").json()
    sent_back = as_key.put(f"{SAVED}/{made['id']}", made | {"unit": "percent"}, "application/json")

    assert unread.status_code == 422 and "Unknown field units. Did you mean unit?" in unread.content.decode()
    assert (sent_back.status_code, sent_back.json()["unit"]) == (200, "percent")


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


@pytest.mark.parametrize(
    ("compare", "by"), [("off", "page"), ("previous", "country"), ("year", "country"), ("previous", "")]
)
def test_a_total_is_what_the_whole_period_is_told_as_without_buckets(event_store, acme, compare, by):
    """February is compared with the three days longer January, and with itself a year ago."""
    pick, now = random.Random(5), datetime(2026, 3, 20, tzinfo=UTC)
    moments = [f"{pick.choice(['2026-02', '2026-01', '2025-02'])}-{pick.randrange(1, 29):02}T10:00" for _ in range(80)]
    countries = {"client": {"country": "DE"}}, {"client": {"country": "FR"}}, {}
    store_events(
        acme.dataset_id(),
        [
            page_view(each, f"/{pick.choice('abc')}", pick.randrange(1, 9), **pick.choice(countries))
            for each in [*moments, "2026-01-29T09:00", "2026-01-31T23:59", "2026-02-28T23:50"]
        ],
    )
    asked = page(acme, f"period=last_month&match=date&compare={compare}", now)
    metrics = ["visits", "pageviews", "visitors"]

    lines = answer(asked, Trend(tuple(Series(each) for each in metrics), by=by, top=2), now).lines

    groups = tuple(dict.fromkeys(each.group for each in lines if not each.is_other))
    more = {"dimensions": (by,), "groups": groups} if by else {}
    whole = run_many([asked.query(each, totals=not by, **more) for each in metrics], now)
    for letter, metric, found in zip("ABC", metrics, whole, strict=True):
        rows = [(row.values, row.before) for row in found.rows] if by else [(found.totals, found.totals_before)]
        told = [(values[metric], before and before[metric]) for values, before in rows]
        assert [(each.total, each.total_before) for each in lines if each.letter == letter] == told
        assert told[0][0]
