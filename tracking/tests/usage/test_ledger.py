"""The book: each thing once, whatever crashes, and sums that can always be made again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from config.lib.clock import now
from tracking import usage
from tracking.models import DailyUsage, UsageEntry, UsageProgress
from tracking.tests.door import post
from tracking.tests.usage.booked import stored_and_booked
from tracking.tests.usage.test_limits_at_the_door import GOOGLEBOT, batch
from tracking.usage import increments, ledger, rollup, series
from workspaces.models import Workspace


def daily() -> list[tuple[str, date, int]]:
    return list(DailyUsage.objects.order_by("day", "metric").values_list("metric", "day", "quantity"))


def count(acme: Workspace, quantity: int = 1, event_id: str = "", metric: str = "builds_daily") -> bool:
    return increments.increment(acme, metric, quantity, now(), event_id=event_id)


def test_what_is_stored_and_billable_is_booked(acme, acme_key, event_store, clock):
    post(batch(3), key=acme_key)
    post(batch(2), key=acme_key, User_Agent=GOOGLEBOT)

    stored_and_booked(now())

    entry = UsageEntry.objects.get()
    assert (entry.organization, entry.workspace, entry.metric, entry.quantity) == (acme.organization, acme, "events", 3)
    assert (entry.at, entry.booked_at) == (now(), now())


def test_booking_twice_books_once(acme, acme_key, event_store, clock):
    post(batch(3), key=acme_key)

    assert [stored_and_booked(now()), ledger.drain(now())] == [1, 0]


def test_a_crash_between_booking_and_trimming_books_nothing_twice(acme, acme_key, event_store, clock):
    def crash(last: str) -> None:
        raise KeyboardInterrupt

    post(batch(3), key=acme_key)
    stored_and_booked(now())
    count(acme, 5)
    with pytest.raises(KeyboardInterrupt):
        ledger.drain(now(), trim=crash)
    ledger.drain(now())

    assert sorted(UsageEntry.objects.values_list("metric", "quantity")) == [("builds_daily", 5), ("events", 3)]


def test_an_event_id_counts_once(acme, clock):
    counted = [count(acme, event_id="build-1"), count(acme, event_id="build-1"), count(acme, event_id="build-2")]
    ledger.drain(now())

    assert counted == [True, False, True]
    assert UsageEntry.objects.count() == usage.used(acme.organization_id, "builds_daily", "day", now()) == 2


def test_the_ledger_knows_an_event_id_after_valkey_has_forgotten_it(acme, clock, own_valkeys):
    count(acme, event_id="build-1")
    ledger.drain(now())
    own_valkeys[1].delete(*own_valkeys[1].keys("counted:*"))
    count(acme, event_id="build-1")
    ledger.drain(now())

    assert UsageEntry.objects.count() == 1


def test_an_entry_cannot_be_changed(acme, clock):
    count(acme)
    ledger.drain(now())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        UsageEntry.objects.update(quantity=99)
    with connection.cursor() as cursor:
        cursor.execute("SELECT quantity FROM tracking_usageentry")
        assert cursor.fetchall() == [(1,)]


def test_an_organization_can_still_be_deleted(acme, clock):
    count(acme)
    rollup.run(now())

    acme.organization.delete()

    assert (UsageEntry.objects.count(), DailyUsage.objects.count()) == (0, 0)


def test_a_day_is_added_up_and_adding_up_again_changes_nothing(acme, clock):
    count(acme, 2)
    count(acme, 3)
    first = rollup.run(now())
    second = rollup.run(now())

    assert daily() == [("builds_daily", date(2026, 3, 10), 5)]
    assert (first.days, second.days) == (1, 0)


def test_a_late_entry_reopens_its_day(acme, clock):
    count(acme, 2)
    moment = now()
    clock.shift(timedelta(days=1))
    rollup.run(now())
    increments.increment(acme, "builds_daily", 4, moment)  # as a process does whose clock stands at yesterday

    rollup.run(now())

    assert daily() == [("builds_daily", date(2026, 3, 10), 6)]


def test_after_an_outage_of_days_one_run_catches_up(acme, clock):
    for _ in range(3):
        count(acme, 2)
        clock.shift(timedelta(days=1))

    rollup.run(now())

    assert [(day.day, quantity) for _, day, quantity in daily()] == [(10, 2), (11, 2), (12, 2)]


def test_a_rollup_that_dies_leaves_everything_as_it_was(acme, clock, monkeypatch):
    count(acme, 2)
    with monkeypatch.context() as patch:
        patch.setattr(DailyUsage.objects, "bulk_create", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rollup.run(now())
    rolled = UsageProgress.objects.get().rolled_id
    rollup.run(now())

    assert (rolled, daily()) == (0, [("builds_daily", date(2026, 3, 10), 2)])


def test_days_that_are_not_rolled_up_come_from_the_counters(acme, clock):
    count(acme, 2)
    clock.shift(timedelta(days=1))
    count(acme, 3)

    before = series.by_day(acme.organization_id, date(2026, 3, 9), date(2026, 3, 11), now())
    rollup.run(now())
    after = series.by_day(acme.organization_id, date(2026, 3, 9), date(2026, 3, 11), now())

    wanted = {date(2026, 3, 9): {}, date(2026, 3, 10): {"builds_daily": 2}, date(2026, 3, 11): {"builds_daily": 3}}
    assert before == after == wanted


def test_an_hour_of_booking_that_is_over_never_changes(acme, acme_key, event_store, clock):
    """An event that was received at 12:00 and stored at 13:30 is booked at 13."""
    post(batch(2), key=acme_key)
    noon = now()
    clock.shift(timedelta(minutes=90))
    stored_and_booked(now())

    day = (datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC))
    assert UsageEntry.objects.get().at == noon
    assert ledger.by_hour(acme.organization_id, "events", *day) == {noon + timedelta(hours=1): 2}


def test_what_one_key_used_stands_beside_what_all_used(acme, acme_key, acme_secret, event_store, clock):
    post(batch(2), key=acme_key)
    post(batch(3), key=acme_secret)
    stored_and_booked(now())

    found = ledger.sums(acme.organization_id, now() - timedelta(days=1), now() + timedelta(days=1))

    assert sorted(found.values()) == [2, 3, 5]
    assert found["events"] == 5
