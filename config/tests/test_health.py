"""What supervisors, load balancers and Prometheus are told, with all stores up and with one away."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from prometheus_client import Histogram

from config import health
from config.lib import metrics
from config.lib.clock import now as clock_now
from config.lib.redis_clients import buffer_client, cache_client
from tracking import keys
from tracking.tests.door import post
from tracking.tests.usage.booked import stored
from tracking.usage import rollup

NOWHERE = "redis://:s3cret@127.0.0.1:1/0"


def forget_clients():
    for client in (buffer_client, cache_client):
        client().close()
        client.cache_clear()


@pytest.mark.parametrize("host", ["10.0.0.5:8000", "a_b", "[::1"])
def test_whoever_asks_by_address_is_told_whatever_the_names_of_the_site_are(client, db, event_store, settings, host):
    settings.ALLOWED_HOSTS = ["metrics.example.com"]

    for path in ("/health", "/readiness"):
        assert client.get(path, headers={"host": host}).status_code == 200
    for path in ("/metrics", "/health/", "/accounts/login/"):
        assert client.get(path, headers={"host": host}).status_code == 400


@pytest.fixture
def without(settings):
    """`without("BUFFER_URL")`: that Valkey does not answer."""

    def point_nowhere(name):
        forget_clients()
        setattr(settings, name, NOWHERE)

    yield point_nowhere
    forget_clients()


def test_health_names_the_database_and_the_others(anonymous, event_store):
    answer = anonymous.get("/health")

    assert answer.status_code == 200
    assert answer.json() == {"status": "healthy", "database": "connected", "external_services": "ok"}


def test_ready_with_every_dependency_and_its_time(anonymous, event_store):
    answer = anonymous.get("/readiness")

    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ready"
    assert set(body["dependencies"]) == {"database", "ingest_log", "cache", "event_store"}
    assert all(verdict["ok"] and 0 <= verdict["ms"] < 1000 for verdict in body["dependencies"].values())
    counts = {"waiting": 0, "lag_seconds": 0.0, "events_today": 0, "rollup_last_run": None}
    assert body["analytics"] == {"configured": True, "ok": True, **counts}


def test_ready_says_how_many_events_today_and_when_usage_was_rolled_up(anonymous, acme_key, event_store, clock):
    post({"events": [{"event_type": "page_view"}, {"event_type": "click"}]}, key=acme_key)
    stored()
    rollup.run(clock_now())

    analytics = anonymous.get("/readiness").json()["analytics"]

    assert (analytics["events_today"], analytics["rollup_last_run"]) == (2, "2026-03-10T12:00:00Z")


def test_not_ready_while_events_cannot_be_logged(anonymous, event_store, without):
    without("BUFFER_URL")

    answer = anonymous.get("/readiness")

    assert answer.status_code == 503
    assert answer.json()["status"] == "not_ready"
    assert answer.json()["dependencies"]["ingest_log"]["ok"] is False
    assert answer.json()["dependencies"]["database"]["ok"] is True
    assert "s3cret" not in answer.content.decode()


def test_ready_without_the_log_while_there_is_room_to_keep_what_comes(
    anonymous, event_store, without, settings, tmp_path
):
    settings.SPOOL_MB, settings.VAR_DIR = 16, tmp_path
    without("BUFFER_URL")

    answer = anonymous.get("/readiness")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["dependencies"]["ingest_log"]["ok"] is False


@pytest.mark.parametrize(("seconds", "status"), [(3599, 200), (3601, 503)])
def test_ready_without_the_database_as_long_as_a_known_key_is_trusted(
    anonymous, event_store, monkeypatch, seconds, status
):
    monkeypatch.setitem(health.CHECKS, "database", lambda: False)
    monkeypatch.setattr(keys, "_remembered", {"mp_live_x": (time.monotonic() - seconds, None, None)})

    answer = anonymous.get("/readiness")

    assert (answer.status_code, answer.json()["dependencies"]["database"]["ok"]) == (status, False)


def test_without_the_cache_it_is_slower_but_ready(anonymous, event_store, without):
    without("REDIS_URL")

    answer = anonymous.get("/readiness")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"


def test_metrics_print_what_was_counted(anonymous):
    metrics.EVENTS_DROPPED.labels(reason="test_reason").inc(3)

    answer = anonymous.get("/metrics")

    assert answer.headers["Content-Type"].startswith("text/plain")
    assert 'metricpal_events_dropped_total{reason="test_reason"} 3.0' in answer.content.decode()


def test_what_is_gathered_is_printed_like_what_was_counted_one_by_one():
    single, together = (
        Histogram(f"{name}_seconds", "x", buckets=(1, 2), registry=None) for name in ("single", "together")
    )
    for seconds in (0.5, 1, 1.5, 7):
        single.observe(seconds)
    counter = metrics.EVENTS_DROPPED.labels(reason="gathered_reason")
    gathering = metrics.Gathering()
    for some in ((0.5, 1), (1.5, 7)):
        with gathering:
            for seconds in some:
                metrics.observe(together, seconds)
                metrics.add(counter, 2)
    metrics.add(counter, 1)
    assert (counter._value.get(), gathering.is_empty) == (1, False)

    gathering.write()
    gathering.write()

    assert (counter._value.get(), gathering.is_empty) == (9, True)
    assert _values(together) == _values(single) == [2, 3, 4, 4, 10]  # up to 1, up to 2, all; number and sum


def _values(histogram: Histogram) -> list[float]:
    return [each.value for family in histogram.collect() for each in family.samples if "created" not in each.name]


def test_metrics_ask_for_their_token(anonymous, settings):
    settings.METRICS_TOKEN = "s3cret"

    assert anonymous.get("/metrics").status_code == 401
    assert anonymous.get("/metrics", headers={"Authorization": "Bearer s3cret"}).status_code == 200


@pytest.mark.parametrize("page", ["/health", "/readiness", "/metrics"])
def test_nobody_keeps_an_old_answer(anonymous, page):
    assert "no-store" in anonymous.get(page).headers["Cache-Control"]
    assert anonymous.post(page).status_code == 405


def test_metrics_say_how_far_behind_storing_is_also_when_no_writer_lives(anonymous, acme_key, event_store):
    """The log goes by its own clock, so this one is moved behind its back: a day after the event."""
    post({"event_type": "page_view"}, key=acme_key)

    with time_machine.travel(clock_now() + timedelta(days=1), tick=False):
        told = anonymous.get("/metrics").content.decode()

    [lag] = re.findall(r'^metricpal_writer_lag_seconds\{shard="0"\} ([0-9.]+)', told, re.M)
    assert 86_390 < float(lag) < 86_460


def test_metrics_are_told_without_the_stores_too(anonymous, without):
    without("BUFFER_URL")

    assert anonymous.get("/metrics").status_code == 200
