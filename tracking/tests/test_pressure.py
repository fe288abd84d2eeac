"""When storing falls behind, senders that can wait are asked to."""

import json
from datetime import timedelta

import pytest

from config.lib import redis_clients
from tracking import pressure
from tracking.tests.door import post
from tracking.writer import Writer


@pytest.fixture(autouse=True)
def looked_long_ago(monkeypatch):
    monkeypatch.setattr(pressure, "_looked_at", float("-inf"))


def test_senders_are_asked_to_hold_while_the_oldest_event_waits_for_more_than_a_minute(
    acme_key, clock, writer: Writer, monkeypatch
):
    post({"event_type": "waits"}, acme_key)
    clock.shift(timedelta(days=3650))  # the log's entries carry the log server's own, real time
    monkeypatch.setattr(pressure, "_looked_at", float("-inf"))
    assert json.loads(post({"event_type": "x"}, acme_key).content)["hold"] == 60

    while writer.store_next(0):
        pass
    monkeypatch.setattr(pressure, "_looked_at", float("-inf"))
    assert pressure.hold_seconds() == 0


def test_nobody_is_asked_anything_when_the_log_is_away(settings):
    settings.BUFFER_URL = "redis://127.0.0.1:1/0"
    redis_clients.buffer_client.cache_clear()
    try:
        assert pressure.hold_seconds() == 0
    finally:
        redis_clients.buffer_client.cache_clear()
