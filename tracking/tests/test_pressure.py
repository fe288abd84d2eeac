"""When storing falls behind, senders that can wait are asked to."""

import json
import threading
from datetime import timedelta

import pytest

from config.lib import redis_clients
from tracking import buffer, pressure
from tracking.tests.door import post
from tracking.writer import Writer


@pytest.fixture(autouse=True)
def looked_long_ago(monkeypatch):
    monkeypatch.setattr(pressure, "_looked_at", float("-inf"))
    monkeypatch.setattr(pressure, "_hold", 0)


def test_senders_are_asked_to_hold_while_the_oldest_event_waits_for_more_than_a_minute(
    acme_key, clock, writer: Writer, monkeypatch
):
    post({"event_type": "waits"}, acme_key)
    clock.shift(timedelta(days=3650))  # the log's entries carry the log server's own, real time
    assert _looked(monkeypatch) == 60
    assert json.loads(post({"event_type": "x"}, acme_key).content)["hold"] == 60

    while writer.store_next(0):
        pass
    assert _looked(monkeypatch) == 0


def test_nobody_is_asked_anything_when_the_log_is_away(settings, monkeypatch):
    settings.BUFFER_URL = "redis://127.0.0.1:1/0"
    redis_clients.buffer_client.cache_clear()
    try:
        assert _looked(monkeypatch) == 0
    finally:
        redis_clients.buffer_client.cache_clear()


def test_nobody_waits_until_the_log_has_said_how_far_behind_it_is(monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr(buffer, "lag_s", lambda _: 0.0 if answers.wait(30) else 1e9)
    assert pressure.hold_seconds() == 0
    answers.set()


def _looked(monkeypatch: pytest.MonkeyPatch) -> int:
    """What is said once it was looked up."""
    _wait()  # also for what a request before began, which would say the last word otherwise
    monkeypatch.setattr(pressure, "_looked_at", float("-inf"))
    pressure.hold_seconds()
    _wait()
    return pressure.hold_seconds()


def _wait() -> None:
    for each in threading.enumerate():
        if each.name == "pressure":
            each.join()
