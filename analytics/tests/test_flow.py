"""From a sender's request to the API's answer, through every station between: door, log, writer, store, engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from config.testing.world import NOW
from tracking import lease, snapshot
from tracking.writer import Writer


@pytest.fixture
def written(event_store, settings: LazySettings, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Does what the writer's process does until the log is empty."""
    settings.VAR_DIR = tmp_path
    fence = lease.acquire()
    assert fence
    writer = Writer(fence, snapshot.load(fence))

    def drain() -> None:
        while writer.store_next(shard=0):
            pass

    yield drain
    lease.release(fence)


def test_what_is_sent_is_counted_once_the_writer_has_stored_it(acme, acme_key, acme_secret, clock, written):
    def send(*events: dict[str, object]) -> None:
        answer = Client().post(
            "/api/v1/collect", {"events": events}, "application/json", headers={"X-API-Key": acme_key}
        )
        assert answer.status_code == 200

    def ask(**question: object) -> dict[str, object]:
        asked = {"period": "day", "metrics": ["visitors", "visits", "pageviews", "events"]} | question
        return (
            Client()
            .post("/api/v1/analytics/query", asked, "application/json", headers={"X-API-Key": acme_secret})
            .json()
        )

    pricing = {
        "id": "0199a000-0000-7000-8000-000000000001", "event_type": "page_view", "visitor_id": "anna",
        "properties": {"url": "https://acme.example/pricing"},
    }  # fmt: skip
    signup = {"event_type": "goal", "name": "signup", "visitor_id": "anna", "properties": {"plan": "pro"}}
    send(pricing, signup)
    send(pricing, {**pricing, "id": "0199a000-0000-7000-8000-000000000002", "visitor_id": "ben"})
    assert ask()["totals"] == {"visitors": 0, "visits": 0, "pageviews": 0, "events": 0}

    written()

    answer = ask()
    assert answer["totals"] == {"visitors": 2, "visits": 2, "pageviews": 2, "events": 3}
    assert answer["as_of"] == NOW.isoformat()
    assert [row["keys"] for row in ask(dimensions=["page"], metrics=["pageviews"])["rows"]] == [["/pricing"]]
    assert ask(filters=[["is", "prop:plan", ["pro"]]])["totals"]["visitors"] == 1

    clock.shift(5)
    send({**pricing, "id": "0199a000-0000-7000-8000-000000000003", "visitor_id": "clara"})
    written()
    assert ask()["totals"]["visitors"] == 3
