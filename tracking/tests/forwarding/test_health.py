"""A destination that does not take what it is given: left alone, told of, paused; and nobody else waits for it."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection as database

from config.lib.http import send
from config.testing.vendor import Reply, serving
from config.testing.world import NOW
from tracking.forwarding import claims, health, outbox, setup, work
from tracking.models import Delivery, Forwarding
from tracking.tests.building import event
from tracking.tests.forwarding.world import Clock, books, destination, run, store, view
from workspaces.models import AuditEntry, Connection


def failing(acme, vendor, writer) -> Forwarding:
    made = destination(acme, vendor)
    vendor.respond = lambda received: Reply(500)
    store(writer, acme.dataset_id(), [view("11:01")])
    return made


def test_each_failure_doubles_the_rest_up_to_ten_minutes(acme, vendor, writer, at_noon, monkeypatch):
    monkeypatch.setattr(work.random, "uniform", lambda low, high: 1.0)
    made = failing(acme, vendor, writer)
    monkeypatch.setattr("workspaces.retries.RETRIES_S", (0,) * 99)

    rests = []
    for _ in range(9):
        run(at_noon)
        made.refresh_from_db()
        rests.append((made.waits_until - at_noon()).total_seconds())
        at_noon.now = made.waits_until

    assert rests == [5, 10, 20, 40, 80, 160, 320, 600, 600]


def test_what_waited_behind_a_long_failure_goes_out_at_once_when_the_vendor_is_back(acme, vendor, writer, at_noon):
    made = failing(acme, vendor, writer)
    for minutes in (0, 1, 7, 40):
        at_noon.shift(minutes=minutes)
        run(at_noon)
    assert made.deliveries.get().due_at > at_noon() + timedelta(hours=1)
    vendor.respond = None
    at_noon.shift(minutes=10)
    store(writer, acme.dataset_id(), [event(at_noon() - timedelta(seconds=10))])

    run(at_noon)  # the new batch finds the vendor well again; the old one follows

    assert books(made)["waiting"] == 0


def test_a_permanent_error_pauses_it_keeps_everything_and_tells_owners_and_administrators(
    acme, vendor, writer, at_noon, admin, analyst, django_capture_on_commit_callbacks, mixpanel
):
    made = destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("11:01")])
    vendor.answer(401, b'{"error": "Invalid token t0ken"}')

    with django_capture_on_commit_callbacks(execute=True):
        run(at_noon)

    paused = Connection.objects.get()
    assert (paused.paused_at, paused.pause_reason) == (at_noon(), 'Mixpanel answered 401: {"error": "Invalid token …"}')
    assert sorted(address for each in mail.outbox for address in each.to) == ["admin@example.com", "owner@example.com"]
    assert mail.outbox[0].subject == "mixpanel is paused (Acme)"
    assert "t0ken" not in mail.outbox[0].body and str(paused.uid) in mail.outbox[0].body
    at_noon.shift(hours=5)
    assert run(at_noon) == 0

    setup.resume(made, actor="owner@example.com", now=at_noon())
    run(at_noon)

    assert books(made) == {"eligible": 1, "sent": 1, "waiting": 0, "dead": 0, "rejected": {}}
    assert AuditEntry.objects.filter(action="destination.resume").exists()


def test_what_came_while_it_was_paused_is_sent_or_skipped_as_its_owner_says(acme, vendor, mixpanel, writer, at_noon):
    made = destination(acme, vendor)
    setup.pause(made, actor="owner@example.com", now=at_noon())
    store(writer, acme.dataset_id(), [view("11:30")])
    run(at_noon)
    assert not Delivery.objects.exists()

    setup.resume(made, actor="owner@example.com", now=at_noon(), skips=True)
    at_noon.shift(minutes=6)
    run(at_noon)
    assert not vendor.requests

    Forwarding.objects.update(position=NOW - timedelta(hours=1), since=NOW - timedelta(hours=1))
    run(at_noon)
    assert len(mixpanel.taken) == 1


def test_owners_hear_after_an_hour_a_day_and_four_days_and_after_five_it_is_paused(
    acme, vendor, writer, at_noon, django_capture_on_commit_callbacks
):
    failing(acme, vendor, writer)
    run(at_noon)

    with django_capture_on_commit_callbacks(execute=True):
        for hours in range(0, 130):
            health.watch(NOW + timedelta(hours=hours))

    said = [(each.subject, "will be paused" in each.body) for each in mail.outbox]
    takes_none, paused = "mixpanel takes no events (Acme)", "mixpanel is paused (Acme)"
    assert said == [(takes_none, False), (takes_none, False), (takes_none, True), (paused, False)]
    assert "five days" in Connection.objects.get().pause_reason


def test_a_mail_server_that_is_away_delays_the_warning_and_swallows_none(acme, vendor, writer, at_noon, monkeypatch):
    failing(acme, vendor, writer)
    run(at_noon)
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", _away)
        health.watch(NOW + timedelta(hours=1))
    health.watch(NOW + timedelta(hours=1, minutes=10))
    health.watch(NOW + timedelta(hours=1, minutes=20))

    assert [each.subject for each in mail.outbox] == ["mixpanel takes no events (Acme)"]


def test_nothing_is_paused_without_a_word_while_the_mail_server_is_away(
    acme, vendor, mixpanel, writer, at_noon, monkeypatch
):
    destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("11:01")])
    vendor.answer(410)
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", _away)
        run(at_noon)
        at_noon.shift(minutes=9)
        run(at_noon)
    assert (Connection.objects.get().paused_at, len(vendor.requests)) == (None, 1)

    vendor.answer(410)
    at_noon.shift(minutes=1)
    run(at_noon)

    assert Connection.objects.get().paused_at == at_noon()
    assert [each.subject for each in mail.outbox] == ["mixpanel is paused (Acme)"]


def _away(*_):
    raise OSError("no route to the mail server")


def test_settings_that_cannot_be_opened_any_more_pause_it(acme, vendor, writer, at_noon, settings):
    destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("11:01")])
    settings.SECRET_KEY = "another-key-than-the-one-that-sealed-them"

    run(at_noon)

    assert Connection.objects.get().pause_reason == work.UNREADABLE


def test_of_the_unwell_only_a_few_are_worked_on_at_once_and_the_well_come_first(acme, vendor, writer):
    well = destination(acme, vendor, name="well")
    unwell = [destination(acme, vendor, name=f"unwell {each}") for each in range(5)]
    Forwarding.objects.filter(pk__in=[each.pk for each in unwell]).update(failures=3)

    first = claims.claim_due(NOW)
    assert first[0].forwarding == well.pk
    assert len(first) == 1 + claims.UNWELL_AT_ONCE
    claims.release(first[1])
    assert [each.forwarding for each in claims.claim_due(NOW)] == [first[1].forwarding]


def test_a_claim_that_nobody_renewed_is_free_after_a_minute(acme, vendor, writer):
    made = destination(acme, vendor)
    lost = claims.claim(made.pk, NOW)

    assert claims.claim(made.pk, NOW + timedelta(seconds=59)) is None
    assert claims.claim(made.pk, NOW + timedelta(seconds=61))
    assert claims.renewed(lost, NOW + timedelta(seconds=61)) is None


def test_changed_settings_count_from_the_next_attempt(acme, vendor, mixpanel, writer, at_noon, owner):
    made = destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("11:01")])
    vendor.answer(500)
    run(at_noon)

    setup.change(made, "mixpanel", {"token": "n3w", "host": vendor.url + "/"}, {}, actor=owner, now=at_noon())
    at_noon.shift(seconds=7)
    run(at_noon)

    first, second = vendor.requests
    assert first.body == second.body
    assert first.headers["authorization"] != second.headers["authorization"]


def test_with_the_event_store_away_nothing_is_lost(acme, vendor, mixpanel, writer, at_noon, settings):
    made = destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("11:01")])
    url = settings.EVENT_STORE_URL
    settings.EVENT_STORE_URL = "http://default:@127.0.0.1:9/metricpal"

    run(at_noon)
    settings.EVENT_STORE_URL = url
    run(at_noon)

    assert books(made)["sent"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_vendor_that_hangs_delays_nobody_else(acme, globex, vendor, writer, settings, monkeypatch):
    """Four workers; Acme's vendor holds whoever comes for eight seconds; Globex's events do not wait."""
    monkeypatch.setitem(send.__kwdefaults__, "timeout_s", 8.0)
    vendor.respond = lambda received: Reply(hang=True)
    with serving() as quick:
        settings.OUTGOING_ALLOWED = [*settings.OUTGOING_ALLOWED, quick.host]
        hanging = [destination(acme, vendor, "webhook", name=f"hanging {each}") for each in range(3)]
        other = destination(globex, quick, "webhook")
        store(writer, acme.dataset_id(), [view(f"11:{each:02d}") for each in range(50)])
        store(writer, globex.dataset_id(), [view("11:30")])
        clock = Clock()
        held = claims.claim_due(clock())
        assert {each.forwarding for each in held} == {each.pk for each in (*hanging, other)}

        began = time.monotonic()
        workers = [threading.Thread(target=_worked, args=(each, clock)) for each in held]
        for each in workers:
            each.start()
        while not quick.requests and time.monotonic() - began < 6:
            time.sleep(0.01)
        came, at_work = len(quick.requests), sum(each.is_alive() for each in workers)
        vendor.over.set()
        for each in workers:
            each.join()

    assert came and at_work >= 3  # it came while the three were held
    assert books(other)["sent"] == 1
    assert [each.failures for each in Forwarding.objects.order_by("pk")] == [1, 1, 1, 0]


def _worked(held: Any, clock: Clock) -> None:
    try:
        work.work(held, clock)
    finally:
        database.close()


def test_the_sweep_says_when_it_was(acme, vendor, writer, at_noon):
    made = destination(acme, vendor)
    run(at_noon)
    made.refresh_from_db()

    assert made.swept_at == at_noon()
    assert outbox.SWEEP_EVERY < claims.SWEEP_EVERY
