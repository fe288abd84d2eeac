"""From the store into the outbox: each event once, whenever it becomes visible."""

import random
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.testing.world import NOW
from tracking.forwarding import claims, late, outbox
from tracking.models import Delivery, Forwarding
from tracking.tests.building import DAY
from tracking.tests.forwarding.world import Clock, destination, run, sent_ids, store, text_ids, view


def held(forwarding: Forwarding, now=NOW) -> claims.Claim:
    found = claims.claim(forwarding.pk, now)
    assert found
    return found


def planned(forwarding: Forwarding) -> list[str]:
    return sorted(str(uuid.UUID(bytes=each)) for row in forwarding.deliveries.all() for each in row.event_ids)


def test_what_was_received_before_the_destination_was_set_up_stays_here(acme, forwarding, writer):
    store(writer, acme.dataset_id(), [view("10:59:59"), late := view("11:00")])

    outbox.plan(forwarding, held(forwarding), NOW, NOW)

    assert planned(forwarding) == text_ids([late])


def test_planning_again_finds_nothing_new(acme, forwarding, writer):
    store(writer, acme.dataset_id(), [view("11:01"), view("11:02")])
    claim = held(forwarding)

    assert outbox.plan(forwarding, claim, NOW, NOW) == 2
    assert outbox.plan(Forwarding.objects.get(), claim, NOW, NOW) == 0
    assert Forwarding.objects.get().position == NOW


def test_batches_have_the_vendors_size_and_one_day(acme, vendor, writer):
    webhook = destination(acme, vendor, "webhook", now=NOW - timedelta(days=1))
    before_midnight = [view(DAY - timedelta(seconds=each)) for each in range(1, 31)]
    after_midnight = [view(DAY + timedelta(seconds=each)) for each in range(150)]
    store(writer, acme.dataset_id(), before_midnight + after_midnight)

    outbox.plan(webhook, held(webhook), NOW, NOW)

    sizes = [(each.day, each.events) for each in webhook.deliveries.all()]
    assert sizes == [(date(2026, 3, 9), 30), (date(2026, 3, 10), 100), (date(2026, 3, 10), 50)]


def test_a_full_page_goes_on_behind_its_last_event_even_within_a_millisecond(acme, forwarding, writer, monkeypatch):
    monkeypatch.setattr(outbox, "PLANNED_AT_ONCE", 3)
    events = [view("11:30") for _ in range(8)]
    store(writer, acme.dataset_id(), events)
    claim = held(forwarding)

    found = [outbox.plan(Forwarding.objects.get(), claim, NOW, NOW) for _ in range(4)]

    assert found == [3, 3, 2, 0]
    assert planned(forwarding) == sorted(text_ids(events))


def test_the_last_two_seconds_are_left_for_later(acme, forwarding, vendor, mixpanel, writer):
    clock = Clock()
    store(writer, acme.dataset_id(), [early := view("11:59:57"), late := view("11:59:59")])

    run(clock)
    assert sent_ids(vendor) == [text_ids([early])]
    clock.shift(seconds=5)
    run(clock)
    assert sent_ids(vendor) == [text_ids([early]), text_ids([late])]


def test_a_straggler_is_found_once(acme, forwarding, vendor, mixpanel, writer):
    """A door that was stopped for ten minutes between reading its clock and writing to the log."""
    clock = Clock()
    store(writer, acme.dataset_id(), [first := view("11:30"), second := view("11:58")])
    run(clock)
    store(writer, acme.dataset_id(), [straggler := view("11:48")])
    clock.shift(minutes=5)

    run(clock)
    run(clock)

    assert sent_ids(vendor) == [text_ids([first, second]), text_ids([straggler])]


def test_a_straggler_in_a_quiet_hour_is_found_too(acme, forwarding, vendor, mixpanel, writer):
    clock = Clock()
    run(clock)
    store(writer, acme.dataset_id(), [straggler := view("11:48")])
    clock.shift(minutes=5)

    run(clock)

    assert sent_ids(vendor) == [text_ids([straggler])]


def test_events_in_any_order_of_visibility_are_forwarded_exactly_once(acme, forwarding, vendor, mixpanel, writer):
    chance, clock = random.Random(7), Clock(NOW - timedelta(minutes=50))
    events = [view(f"11:{minute:02d}:{second:02d}") for minute in range(0, 50) for second in (0, 20, 40)]
    chance.shuffle(events)

    while events:
        visible, events = events[:30], events[30:]
        store(writer, acme.dataset_id(), visible)
        clock.shift(minutes=10)
        run(clock)

    ids = [each for batch in sent_ids(vendor) for each in batch]
    assert (len(ids), len(set(ids))) == (150, 150)


def test_a_worker_that_lost_its_claim_writes_nothing(acme, forwarding, writer):
    store(writer, acme.dataset_id(), [view("11:01")])
    lost = held(forwarding)
    later = NOW + claims.LEASE
    held(forwarding, later)

    with pytest.raises(outbox.ClaimLost):
        outbox.plan(forwarding, lost, NOW, later)

    assert not Delivery.objects.exists()
    assert Forwarding.objects.get().position == forwarding.position


def test_while_the_vendor_is_away_the_store_keeps_what_waits(acme, vendor, writer, monkeypatch):
    monkeypatch.setattr(outbox, "PLANNED_AT_ONCE", 20)
    monkeypatch.setattr(outbox, "ENOUGH_WAITING", 3)
    webhook = destination(acme, vendor, "webhook")
    store(
        writer, acme.dataset_id(), [view(f"11:{minute:02d}:{second}0") for minute in range(20) for second in range(5)]
    )
    claim = held(webhook)

    rounds = [outbox.plan(Forwarding.objects.get(), claim, NOW, NOW) for _ in range(5)]

    assert rounds == [20, 20, 20, 0, 0]  # a hundred events wait, sixty of them in the outbox


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, {"page_view", "goal signup", "goal purchase"}),
        ({"event_types": ["goal"]}, {"goal signup", "goal purchase"}),
        ({"names": ["signup"]}, {"page_view", "goal signup"}),
        ({"sends_bots": True}, {"page_view", "goal signup", "goal purchase", "a bot's"}),
        ({"event_types": []}, set()),
    ],
)
def test_what_goes_there_is_chosen_by_type_name_and_sender(acme, vendor, writer, rules, expected):
    made = destination(acme, vendor, **rules)
    kinds = {
        "page_view": view("11:01"),
        "goal signup": view("11:02", kind="goal", name="signup"),
        "goal purchase": view("11:03", kind="goal", name="purchase"),
        "a click": view("11:04", kind="click"),
    }
    store(writer, acme.dataset_id(), list(kinds.values()))
    store(writer, acme.dataset_id(), [robot := view("11:05")], bot="Googlebot")
    store(writer, acme.dataset_id(), [view("11:06", props={"gpc": "true"})])  # who asked for privacy goes nowhere

    outbox.plan(made, held(made), NOW, NOW)

    named = {text_ids([each])[0]: name for name, each in {**kinds, "a bot's": robot}.items()}
    assert {named[each] for each in planned(made)} == expected


def test_test_events_never_take_the_way_of_live_ones(acme, vendor, writer):
    live, test = destination(acme, vendor), destination(acme, vendor, "tinybird", environment="test")
    store(writer, acme.dataset_id("live"), [real := view("11:01")])
    store(writer, acme.dataset_id("test"), [trial := view("11:02")])

    for each in (live, test):
        outbox.plan(each, held(each), NOW, NOW)

    assert (planned(live), planned(test)) == (text_ids([real]), text_ids([trial]))


def test_what_another_workspace_stores_is_nobodys_business(acme, globex, forwarding, writer):
    store(writer, globex.dataset_id(), [view("11:01")])

    outbox.plan(forwarding, held(forwarding), NOW, NOW)

    assert planned(forwarding) == []


def test_a_destination_without_news_costs_no_question_to_the_store(
    acme, forwarding, vendor, mixpanel, writer, monkeypatch
):
    clock = Clock()
    store(writer, acme.dataset_id(), [view("11:30")])
    run(clock)
    clock.shift(seconds=5)

    with CaptureQueriesContext(connection) as queries:
        assert run(clock) == 0
    assert len(queries) == 2  # who is idle, how many are unwell


def test_events_that_were_held_for_days_go_out_when_they_are_stored_at_last(acme, vendor, mixpanel, writer, at_noon):
    """Held over a limit, released on an upgrade: their time of receipt is long past."""
    destination(acme, vendor, now=NOW - timedelta(days=3))
    run(at_noon)
    then = NOW - timedelta(days=2)
    held_back = [view(then), view(then)]
    late.note(acme.dataset_id(), then, [each.event_id for each in held_back], at_noon())
    store(writer, acme.dataset_id(), held_back)
    store(writer, acme.dataset_id(), [view(then)])  # nobody named it
    at_noon.shift(minutes=6)
    for _ in range(3):
        run(at_noon)
        at_noon.shift(minutes=6)

    assert [sorted(batch) for batch in sent_ids(vendor)] == [sorted(text_ids(held_back))]


def test_what_was_held_for_minutes_is_sent_once_though_the_sweep_finds_it_too(acme, vendor, mixpanel, writer, at_noon):
    destination(acme, vendor)
    run(at_noon)
    held_back = [view("11:50")]
    late.note(acme.dataset_id(), NOW - timedelta(minutes=10), [held_back[0].event_id], at_noon())
    store(writer, acme.dataset_id(), held_back)
    for _ in range(3):
        at_noon.shift(minutes=6)
        run(at_noon)

    assert sent_ids(vendor) == [text_ids(held_back)]


def test_what_was_received_before_the_destination_was_set_up_stays_here_however_late_it_comes(
    acme, vendor, mixpanel, writer, at_noon
):
    destination(acme, vendor)
    then = NOW - timedelta(days=2)
    held_back = [view(then)]
    late.note(acme.dataset_id(), then, [held_back[0].event_id], at_noon())
    store(writer, acme.dataset_id(), held_back)
    at_noon.shift(minutes=6)
    run(at_noon)

    assert sent_ids(vendor) == []
