"""Sent to an address, read back from the same one."""

import json

import pytest
from django.test import Client

from tracking import snapshot
from tracking.tests.conftest import empty_log, fence  # noqa: F401  # fixtures
from tracking.tests.door import post
from tracking.writer import Writer

pytestmark = pytest.mark.usefixtures("clock", "event_store")


def read(path: str, key: str) -> dict:
    return json.loads(Client(headers={"X-API-Key": key}).get(f"/api/{path}?period=day").content)


@pytest.fixture
def stored(acme, acme_key, fence: int) -> None:  # noqa: F811
    listed = [{"name": "signup", "user_id": "a"}, {"name": "signup", "user_id": "b"}, {"name": "login", "user_id": "a"}]
    post({"events": [*listed, {"name": "$x"}]}, acme_key, url="/api/events/batch")
    assert Writer(fence, snapshot.load(fence)).store_next(0)


def test_what_was_sent_is_read_at_the_same_address(stored, acme_secret):
    for path in ("events", "v1/analytics/events"):
        assert sorted(event["name"] for event in read(path, acme_secret)["events"]) == ["login", "signup", "signup"]


def test_the_statistics_count_names_and_refusals(stored, acme_secret):
    stats = read("events/stats", acme_secret)

    assert (stats["total"], stats["visitors"]) == (3, 2)
    assert stats["by_event"] == [
        {"event": "signup", "events": 2, "visitors": 2},
        {"event": "login", "events": 1, "visitors": 1},
    ]
    assert stats["received"] == {"accepted": 3, "name_reserved": 1}


def test_a_key_that_only_writes_reads_nothing(stored, acme_key):
    for path in ("events", "events/stats"):
        assert Client(headers={"X-API-Key": acme_key}).get(f"/api/{path}").status_code == 403


def test_asking_for_the_head_alone_needs_the_key_that_reading_needs(stored, acme_key, acme_secret):
    for path in ("/api/events", "/api/v1/analytics/events"):
        of = [Client(headers={"X-API-Key": key} if key else {}).head(path) for key in ("", acme_key, acme_secret)]
        assert [answer.status_code for answer in of] == [401, 403, 200]
