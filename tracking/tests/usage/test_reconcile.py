"""Three ways to count the same events: they agree, and where they do not it is seen."""

from datetime import date, timedelta

import pytest

from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking import intake, usage
from tracking.models import UsageDifference, UsageProgress
from tracking.tests.door import post
from tracking.tests.usage.booked import stored, stored_and_booked
from tracking.tests.usage.test_limits_at_the_door import GOOGLEBOT, allow, batch
from tracking.usage import hold, reconcile
from workspaces import organizations

MONTH, DAY = "used:{0.organization_id}:2026-03", "used:{0.organization_id}:2026-03-10"


@pytest.fixture
def a_day_of_events(acme, acme_key, event_store, clock):
    """Three events of people and two of a bot were stored on 10 March; now it is the 11th."""
    post(batch(3), key=acme_key)
    post(batch(2), key=acme_key, User_Agent=GOOGLEBOT)
    stored_and_booked(now())
    clock.shift(timedelta(days=1))


def test_they_agree(a_day_of_events):
    assert (reconcile.run(now()), UsageDifference.objects.count()) == (0, 0)
    assert UsageProgress.objects.get().reconciled_at == now()


def test_a_counter_that_was_tampered_with_is_seen_and_put_right(a_day_of_events, acme):
    buffer_client().hincrby(DAY.format(acme), "events", 5)
    buffer_client().hincrby(MONTH.format(acme), "events", 5)

    found = reconcile.run(now())

    row = UsageDifference.objects.get()
    assert (found, row.day, row.counted, row.booked, row.stored) == (1, date(2026, 3, 10), 8, 3, 3)
    assert usage.used(acme.organization_id, "events", "month", now()) == 3
    assert reconcile.run(now()) == 0


def test_events_in_the_store_that_nobody_booked_are_seen(acme, acme_key, event_store, clock):
    post(batch(2), key=acme_key)
    stored()
    buffer_client().delete("ledger")
    clock.shift(timedelta(days=1))

    reconcile.run(now())

    row = UsageDifference.objects.get()
    assert (row.counted, row.booked, row.stored) == (2, 0, 2)


def test_a_day_whose_events_wait_to_be_stored_is_not_compared_yet(acme, acme_key, event_store, clock, monkeypatch):
    waiting_since = now()
    monkeypatch.setattr(intake, "watermark", lambda: waiting_since)  # the log's server has a clock of its own
    allow(acme, 3)
    post(batch(3), key=acme_key)
    clock.shift(timedelta(days=1))

    assert (reconcile.run(now()), usage.used(acme.organization_id, "events", "month", now())) == (0, 3)

    monkeypatch.setattr(intake, "watermark", now)
    stored_and_booked(now())
    assert (reconcile.run(now()), usage.used(acme.organization_id, "events", "month", now())) == (0, 3)


def test_a_difference_of_one_organization_is_not_anothers(a_day_of_events, acme, globex):
    buffer_client().hincrby(DAY.format(acme), "events", 5)

    reconcile.run(now())

    assert list(globex.organization.usage_differences.all()) == []


def test_operators_have_a_number_to_alarm_on(a_day_of_events, acme, anonymous):
    buffer_client().hincrby(DAY.format(acme), "events", 5)

    reconcile.run(now())

    assert "metricpal_usage_difference_days 1.0" in anonymous.get("/metrics").content.decode()


def test_counters_that_were_lost_altogether_begin_with_the_ledger(a_day_of_events, acme):
    buffer_client().delete(DAY.format(acme), MONTH.format(acme))

    reconcile.run(now())

    assert usage.used(acme.organization_id, "events", "month", now()) == 3


def test_how_much_is_held_is_counted_anew(acme, acme_key, event_store, clock):
    allow(acme, 0)
    post(batch(2), key=acme_key)
    hold.keep()
    buffer_client().delete("held:totals")

    reconcile.run(now())

    assert hold.waiting(acme.organization_id)[0] == 2


def test_a_workspace_that_was_deleted_since_makes_no_difference(a_day_of_events, acme, owner):
    organizations.delete_workspace(acme, actor=owner, now=now())

    assert reconcile.run(now()) == 0
