"""A worker is killed while the vendor holds its request: the batch goes again with its ids, and is counted once."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from config.testing.vendor import Reply, Vendor
from config.testing.world import NOW
from tracking.forwarding import claims
from tracking.models import Delivery, Forwarding
from tracking.tests.building import wait_until
from tracking.tests.forwarding.world import Clock, Mixpanel, books, destination, run, sent_ids, store, text_ids, view

WORKER = """
import datetime, sys, uuid
import django
django.setup()
from tracking.forwarding import claims, work
now = datetime.datetime.fromisoformat(sys.argv[3])
work.work(claims.Claim(int(sys.argv[1]), uuid.UUID(sys.argv[2])), lambda: now)
"""


def worker(held: claims.Claim, vendor: Vendor) -> "subprocess.Popen[bytes]":
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "DATABASE_URL": url,
        "OUTGOING_ALLOWED": vendor.host,
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(held.forwarding), str(held.token), NOW.isoformat()],
        env=os.environ | environment,
        cwd=settings.BASE_DIR,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("arrived", [True, False], ids=["the vendor has it", "the vendor has it not"])
def test_a_worker_killed_in_the_middle_of_a_batch(acme, vendor, mixpanel: Mixpanel, writer, arrived):
    forwarding = destination(acme, vendor)
    events = [view(f"11:{minute:02d}") for minute in range(20)]
    store(writer, acme.dataset_id(), events)
    behave = vendor.respond

    def holds(received: Any) -> Reply:
        if arrived and behave:
            behave(received)
        return Reply(hang=True)

    vendor.respond = holds
    (held,) = claims.claim_due(NOW)
    process = worker(held, vendor)
    try:
        wait_until(lambda: bool(vendor.requests), 30)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)

    assert books(forwarding)["waiting"] == 20
    vendor.respond = behave
    clock = Clock(NOW + timedelta(seconds=30))
    assert run(clock) == 0  # its claim still stands
    clock.shift(seconds=60)
    run(clock)

    assert sent_ids(vendor) == [text_ids(events)] * 2
    assert sorted(mixpanel.taken) == sorted(text_ids(events))
    assert books(forwarding) == {"eligible": 20, "sent": 20, "waiting": 0, "dead": 0, "rejected": {}}
    assert Delivery.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_workers_killed_at_any_moment_lose_and_repeat_nothing_in_the_books(acme, vendor, mixpanel, writer):
    forwarding = destination(acme, vendor, "mixpanel")
    events = [view(f"11:{minute:02d}:{second:02d}") for minute in range(50) for second in range(0, 60, 2)]
    store(writer, acme.dataset_id(), events)
    behave = vendor.respond
    assert behave
    vendor.respond = lambda received: replace(behave(received), delay_s=0.2)
    for pause_s in (0.0, 0.05):  # three batches, so each worker has one to be killed in
        held = claims.claim(forwarding.pk, NOW)
        assert held
        process = worker(held, vendor)
        before = len(vendor.requests)
        wait_until(lambda before=before: len(vendor.requests) > before, 30)
        time.sleep(pause_s)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        Forwarding.objects.update(claim=None, claimed_until=None)
        Delivery.objects.filter(state=Delivery.State.PENDING).update(due_at=NOW)
        books(forwarding)  # they add up at every moment

    run(Clock())

    assert sorted(mixpanel.taken) == sorted(text_ids(events))
    assert books(forwarding) == {"eligible": 1500, "sent": 1500, "waiting": 0, "dead": 0, "rejected": {}}
