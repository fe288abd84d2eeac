"""The Python package that servers install: what it sends arrives, and it never harms the program it runs in."""

import asyncio
import gzip
import json
import logging
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings as present

from config.testing.vendor import Reply, Vendor
from tracking.tests import door
from workspaces.models import Workspace

PACKAGE = present.BASE_DIR / "tracking" / "clients" / "python"
KEY = "mp_secret_live_0123456789abcdef"


@pytest.fixture
def metricpal(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package, as if it were installed."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    import metricpal

    yield metricpal
    for name in [name for name in sys.modules if name.partition(".")[0] == "metricpal"]:
        del sys.modules[name]


@pytest.fixture
def client(metricpal: ModuleType, vendor: Vendor) -> Iterator[Any]:
    """Sends to a stand-in, when it is told to."""
    client = metricpal.Client(vendor.url, KEY, flush_interval_s=60)
    yield client
    client.close(1)


def bodies(vendor: Vendor, path: str = "/api/v1/collect") -> list[Any]:
    raw = [gzip.decompress(each.body) if each.headers.get("content-encoding") else each.body
           for each in vendor.requests if each.path == path]  # fmt: skip
    return [json.loads(each) for each in raw]


def sent(vendor: Vendor) -> list[str]:
    return [event["event_type"] for body in bodies(vendor) for event in body["events"]]


def test_what_a_server_tracks_is_in_the_log_with_its_time_user_and_properties(
    metricpal: ModuleType, live_site: str, acme: Workspace, acme_secret: str
) -> None:
    at = datetime(2026, 3, 10, 11, 30, tzinfo=UTC)
    with metricpal.Client(live_site, acme_secret) as client:
        properties = {"order_id": "o-789", "amount": 99.99}
        made = client.track("business.order.completed", properties, user_id="u-456", timestamp=at)
        client.identify("u-456", {"plan": "pro"}, visitor_id="from-the-browser")
        assert client.flush()
        assert (client.counts().sent, client.counts().dropped) == (2, 0)
    order, identify = sorted(door.events(acme.dataset_id("live")), key=lambda each: each.at_ms)
    assert (order.name, order.props["order_id"], order.at_ms) == (
        "business.order.completed", "o-789", at.timestamp() * 1000)  # fmt: skip
    assert uuid.UUID(bytes=order.event_id) == uuid.UUID(made) and identify.type == "identify"


def test_the_key_stands_in_a_header_and_large_bodies_are_packed(client: Any, vendor: Vendor) -> None:
    client.track("big", {"text": "x" * 5000})
    assert client.flush()
    (request,) = vendor.requests
    assert request.headers["x-api-key"] == KEY and KEY.encode() not in gzip.decompress(request.body)
    assert len(request.body) < 1000


def test_events_leave_in_batches_and_in_order(metricpal: ModuleType, vendor: Vendor) -> None:
    with metricpal.Client(vendor.url, KEY, batch_size=10, flush_interval_s=60) as client:
        for number in range(25):
            client.track(f"e{number}")
    assert [len(body["events"]) for body in bodies(vendor)] == [10, 10, 5]
    assert sent(vendor) == [f"e{number}" for number in range(25)]


def test_a_server_that_is_away_gets_the_same_events_again(client: Any, vendor: Vendor) -> None:
    vendor.answer(503, headers={"Retry-After": "0"})
    vendor.answer(cut=True)
    client.track("kept")
    assert client.flush(10)
    ids = [event["id"] for body in bodies(vendor) for event in body["events"]]
    assert len(ids) >= 3 and len(set(ids)) == 1
    assert client.counts().sent == 1


def test_a_refused_key_ends_it_and_says_so_once(client: Any, vendor: Vendor, caplog: Any) -> None:
    vendor.answer(401, b'{"detail": "This key is revoked."}')
    client.track("a")
    client.flush()
    assert client.track("b") is None
    assert len(vendor.requests) == 1
    assert (client.counts().dropped, client.counts().waiting) == (2, 0)
    assert [record.message for record in caplog.records] == ["MetricPal: 1 events are lost: 401 This key is revoked."]


def test_a_body_that_is_too_large_is_halved(client: Any, vendor: Vendor) -> None:
    vendor.answer(413)
    for name in "abcd":
        client.track(name)
    assert client.flush()
    assert [len(body["events"]) for body in bodies(vendor)] == [4, 2, 2]
    assert client.counts().sent == 4


def test_a_full_queue_drops_and_counts_instead_of_growing(metricpal: ModuleType, vendor: Vendor) -> None:
    vendor.respond = lambda received: Reply(delay_s=0.2)
    client = metricpal.Client(vendor.url, KEY, max_queue=5, flush_interval_s=60)
    assert [client.track(f"e{number}") is not None for number in range(8)] == [True] * 5 + [False] * 3
    assert client.close() and client.counts().dropped == 3


def test_nothing_a_program_hands_over_makes_it_fail(client: Any, vendor: Vendor) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("no")

    cycle: dict[str, Any] = {}
    cycle["self"] = cycle
    odd = {"odd": Odd(), "nan": float("nan"), "set": {1}, 5: "number", "bytes": b"x", "at": datetime(2026, 1, 1)}
    client.track("odd", odd)
    client.track("cycle", cycle)
    client.track("nothing", None)
    client.track(None, 5)
    assert client.flush()
    first = bodies(vendor)[0]["events"][0]["properties"]
    assert first == {"odd": "Odd", "nan": None, "set": [1], "5": "number", "bytes": "b'x'", "at": "2026-01-01T00:00:00"}


def test_a_call_costs_microseconds(metricpal: ModuleType, vendor: Vendor) -> None:
    """Beside the same dictionary encoded once: a ratio, as shared cores are noisy."""
    client = metricpal.Client(vendor.url, KEY, flush_interval_s=60, batch_size=500, max_queue=100_000)
    properties = {"order_id": "o-1", "amount": 9.5}

    def timed(call: Callable[[], object]) -> float:
        best = 1.0
        for _ in range(5):
            started = time.perf_counter()
            for _ in range(90):
                call()
            best = min(best, time.perf_counter() - started)
        return best

    assert timed(lambda: client.track("e", properties)) < 60 * timed(lambda: json.dumps(properties))
    client.close()


def test_units_are_summed_and_each_sum_counts_once(client: Any, vendor: Vendor) -> None:
    vendor.answer(503)
    for _ in range(3):
        client.increment_usage("api_requests_daily", 2)
    client.flush()
    client.increment_usage("api_requests_daily")
    client.flush()
    told = bodies(vendor, "/api/v1/analytics/usage")
    assert [(each["metric"], each["quantity"]) for each in told] == [("api_requests_daily", 6)] * 2 + [
        ("api_requests_daily", 1)
    ]
    assert told[0]["event_id"] == told[1]["event_id"] != told[2]["event_id"]


def test_a_quota_is_asked_once_in_a_while_and_unknown_when_nobody_answers(client: Any, vendor: Vendor) -> None:
    vendor.answer(500)
    assert client.check_quota("api_requests_daily")["exceeded"] is False
    vendor.answer(200, b'{"metric": "api_requests_daily", "current": 12, "limit": 10, "exceeded": true}')
    for _ in range(3):
        quota = client.check_quota("api_requests_daily")
    assert (quota["current"], quota["limit"], quota["exceeded"], quota.known) == (12, 10, True, True)
    assert len(vendor.requests) == 2


def test_a_child_process_sends_its_own_events_and_not_its_parents(client: Any, vendor: Vendor) -> None:
    client.track("of_the_parent")
    client.increment_usage("units")
    child = os.fork()
    if child == 0:
        client.track("of_the_child")
        os._exit(0 if client.flush(5) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert sent(vendor) == ["of_the_child"]
    assert client.flush()
    assert sorted(sent(vendor)) == ["of_the_child", "of_the_parent"]
    assert len(bodies(vendor, "/api/v1/analytics/usage")) == 1


def test_a_program_that_ends_sends_what_waits(vendor: Vendor) -> None:
    import subprocess

    program = f"import metricpal; metricpal.configure({vendor.url!r}, {KEY!r}, flush_interval_s=60).track('last')"
    subprocess.run([sys.executable, "-c", program], cwd=PACKAGE, check=True, timeout=20)
    assert sent(vendor) == ["last"]


def test_async_programs_have_the_same_calls(metricpal: ModuleType, vendor: Vendor) -> None:
    async def run() -> None:
        async with metricpal.AsyncClient(vendor.url, KEY, flush_interval_s=60) as client:
            await client.track("a", user_id="u")
            assert await client.flush()
            assert (await client.check_quota("m")).exceeded is False

    asyncio.run(run())
    assert sent(vendor) == ["a"]


def test_the_decorator_of_the_seed_works_for_both_kinds_of_function(
    metricpal: ModuleType, client: Any, vendor: Vendor
) -> None:
    @metricpal.track_analytics_event(
        event_type=metricpal.AnalyticsEvent.GENERATION_STARTED,
        event_data_mapper=lambda *args, **kwargs: {
            "generation_type": kwargs.get("generation_type", "unknown"),
            "prompt_length": len(kwargs.get("prompt", "")),
        },
        include_user=True,
        client=client,
    )
    async def generate_content(prompt: str, generation_type: str, user: object = None) -> str:
        return prompt.upper()

    @metricpal.track_analytics_event("fails", client=client)
    def fails() -> None:
        raise KeyError("mine")

    @metricpal.track_analytics_event("odd", lambda: 1 / 0, client=client)
    def goes_on() -> int:
        return 7

    user = type("User", (), {"pk": 17})()
    assert asyncio.run(generate_content(prompt="hello", generation_type="image", user=user)) == "HELLO"
    with pytest.raises(KeyError):
        fails()
    assert goes_on() == 7
    assert client.flush()
    (event,) = bodies(vendor)[0]["events"]
    assert (event["event_type"], event["user_id"]) == ("generation_started", "17")
    assert event["properties"] == {"generation_type": "image", "prompt_length": 5}


def test_the_tracker_of_the_seed_can_be_awaited_or_not(metricpal: ModuleType, client: Any, vendor: Vendor) -> None:
    tracker = metricpal.AnalyticsTracker(client, None)

    async def run() -> None:
        await tracker.track_generation(user_id="7", generation_type="image", status="started", prompt_length=5)

    asyncio.run(run())
    tracker.track_payment("7", "completed", value=9, currency="EUR")
    client.flush()
    assert sent(vendor) == ["generation_started", "payment_completed"]


def test_a_program_without_a_configured_client_tracks_nothing(metricpal: ModuleType, caplog: Any) -> None:
    caplog.set_level(logging.WARNING)

    @metricpal.track_analytics_event("x")
    def works() -> int:
        return 1

    assert works() == 1 and caplog.records == []
