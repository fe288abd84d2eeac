"""What the clock starts: one task for each destination that has something to do, with no secret among its arguments."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from config.celery import app
from tracking import tasks
from tracking.models import Forwarding
from tracking.tests.forwarding.world import books, destination, store, view
from workspaces.models import Connection


@pytest.fixture
def eager() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_the_beat_brings_events_to_everybody(clock, eager, acme, globex, vendor, mixpanel, writer):
    """11:59:57 is old enough at noon: what is younger than two seconds waits for the next beat."""
    first, second = destination(acme, vendor), destination(globex, vendor)
    store(writer, acme.dataset_id(), [view("11:59:57")])
    store(writer, globex.dataset_id(), [view("11:59:57"), view("11:59:57")])

    tasks.forward_events()

    assert (books(first)["sent"], books(second)["sent"]) == (1, 2)
    assert not Forwarding.objects.exclude(claim=None).exists()


def test_a_task_is_told_who_and_by_which_claim_and_no_more(clock, acme, vendor, event_store, monkeypatch):
    told: list[Any] = []
    made = destination(acme, vendor)
    monkeypatch.setattr(tasks.forward_to, "delay", lambda *arguments: told.append(arguments))

    tasks.forward_events()

    made.refresh_from_db()
    assert told == [(made.pk, str(made.claim))]


def test_a_task_that_comes_too_late_does_nothing(clock, acme, vendor, event_store):
    made = destination(acme, vendor)

    tasks.forward_to(made.pk, "00000000-0000-4000-8000-000000000000")

    assert not vendor.requests


def test_looking_after_destinations_pauses_what_failed_for_five_days(clock, acme, vendor, event_store):
    made = destination(acme, vendor)
    Forwarding.objects.update(failures=50, failing_since=made.since - timedelta(days=5), last_error="503")

    tasks.look_after_destinations()

    assert Connection.objects.get().pause_reason == "Nothing but failures for five days. The last: 503"
