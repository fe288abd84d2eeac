"""From the outbox to the vendor: what it takes is counted as sent, what it refuses by its reason, the rest waits."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from config.lib.http import send
from config.testing.vendor import Reply
from config.testing.world import NOW
from tracking.destinations.mixpanel import Mixpanel
from tracking.forwarding import delivery as attempts
from tracking.forwarding import resends, tidying
from tracking.models import Delivery, Forwarding
from tracking.tests.door import post
from tracking.tests.forwarding.world import (
    Clock,
    books,
    destination,
    only_delivery,
    run,
    sent_ids,
    store,
    text_ids,
    view,
)
from tracking.writer import Writer

FAILED = b'{"code": 500}'


def three(acme, writer) -> list[str]:
    events = [view("11:01"), view("11:02"), view("11:03")]
    store(writer, acme.dataset_id(), events)
    return text_ids(events)


def test_from_the_door_to_the_vendor(clock, acme, acme_key, forwarding, vendor, mixpanel, writer: Writer):
    """HTTP in, log, writer, store, outbox, HTTP out."""
    sent = {"event_type": "page_view", "url": "https://acme.example/pricing?token=1", "properties": {"plan": "pro"}}
    receipt = json.loads(post({"events": [sent]}, acme_key).content)
    while writer.store_next(0):
        pass
    run(Clock(NOW + timedelta(seconds=5)))

    [[taken]] = [json.loads(received.body) for received in vendor.requests]
    assert taken["event"] == "page_view"
    assert taken["properties"]["$insert_id"] == receipt["results"][0]["id"]
    assert taken["properties"]["plan"] == "pro"
    assert books(forwarding) == {"eligible": 1, "sent": 1, "waiting": 0, "dead": 0, "rejected": {}}


def test_a_vendor_in_trouble_gets_the_same_ids_again(acme, forwarding, vendor, mixpanel, writer, at_noon):
    ids = three(acme, writer)
    vendor.answer(500, FAILED)
    vendor.answer(503, FAILED)

    run(at_noon)
    assert books(forwarding)["waiting"] == 3
    at_noon.shift(seconds=7)  # 5 s and up to a fifth more
    run(at_noon)
    at_noon.shift(minutes=7)
    run(at_noon)

    assert sent_ids(vendor) == [ids, ids, ids]
    assert books(forwarding) == {"eligible": 3, "sent": 3, "waiting": 0, "dead": 0, "rejected": {}}


def test_it_is_left_alone_as_long_as_it_asks(acme, forwarding, vendor, mixpanel, writer, at_noon):
    three(acme, writer)
    vendor.answer(429, headers={"Retry-After": "600"})

    run(at_noon)
    at_noon.shift(seconds=590)
    assert run(at_noon) == 0
    at_noon.shift(seconds=20)
    run(at_noon)

    assert len(vendor.requests) == 2
    assert books(forwarding)["sent"] == 3


@pytest.mark.parametrize("how", [{"hang": True}, {"cut": True, "body": b'{"code": 200}'}])
def test_who_does_not_answer_whole_gets_it_again(acme, forwarding, vendor, mixpanel, writer, at_noon, monkeypatch, how):
    monkeypatch.setitem(send.__kwdefaults__, "timeout_s", 0.3)
    ids = three(acme, writer)
    vendor.answer(200, **how)

    run(at_noon)
    at_noon.shift(seconds=7)
    run(at_noon)

    assert sent_ids(vendor) == [ids, ids]
    assert books(forwarding)["sent"] == 3


def test_what_the_vendor_rejects_is_counted_by_its_reason_and_not_sent_again(
    acme, forwarding, vendor, mixpanel, writer, at_noon
):
    three(acme, writer)
    said = {"code": 400, "failed_records": [{"index": 1, "field": "properties.time"}], "num_records_imported": 2}
    vendor.answer(400, json.dumps(said).encode())

    run(at_noon)
    at_noon.shift(hours=1)
    run(at_noon)

    assert len(vendor.requests) == 1
    assert books(forwarding) == {
        "eligible": 3, "sent": 2, "waiting": 0, "dead": 0, "rejected": {"properties.time": 1}
    }  # fmt: skip


def test_a_batch_that_is_too_large_is_halved_until_it_fits(acme, forwarding, vendor, mixpanel, writer, at_noon):
    """The vendor takes no request with the second event: 3 → 1 + 2 → 1 + 1."""
    ids = three(acme, writer)

    def choosy(received: Any) -> Reply:
        return Reply(413) if ids[1] in received.body.decode() else Reply(200)

    vendor.respond = choosy
    run(at_noon)

    assert sent_ids(vendor) == [ids, [ids[0]], ids[1:], [ids[1]], [ids[2]]]
    assert books(forwarding) == {"eligible": 3, "sent": 2, "waiting": 0, "dead": 0, "rejected": {"too_large": 1}}


def test_events_that_come_again_are_a_batch_of_their_own(acme, vendor, writer, at_noon):
    """Amplitude takes nothing of a request with a faulty event."""
    forwarding = destination(acme, vendor, "amplitude")
    ids = three(acme, writer)
    vendor.answer(400, b'{"code": 400, "events_with_invalid_fields": {"time": [0]}}')

    run(at_noon)

    assert [[each["insert_id"] for each in json.loads(received.body)["events"]] for received in vendor.requests] == [
        ids,
        ids[1:],
    ]
    assert books(forwarding)["rejected"] == {"invalid_time": 1}
    assert books(forwarding)["sent"] == 2


def test_throttled_events_wait_and_use_up_no_attempt(acme, vendor, writer, at_noon):
    forwarding = destination(acme, vendor, "amplitude")
    three(acme, writer)
    vendor.answer(429, b'{"code": 429, "throttled_events": [0]}')

    run(at_noon)
    at_noon.shift(seconds=29)
    run(at_noon)
    assert len(vendor.requests) == 1
    at_noon.shift(seconds=2)
    run(at_noon)

    assert len(vendor.requests) == 2
    assert books(forwarding)["sent"] == 3


def test_a_vendor_that_never_answers_gets_ten_attempts_in_three_days(acme, forwarding, vendor, writer, at_noon):
    three(acme, writer)
    vendor.respond = lambda received: Reply(500, FAILED)
    began = at_noon.now
    run(at_noon)

    while books(forwarding)["waiting"]:
        forwarding.refresh_from_db()
        at_noon.now = max(only_delivery(forwarding).due_at, forwarding.waits_until)
        run(at_noon)

    assert len(vendor.requests) == 10
    assert timedelta(hours=60) < at_noon.now - began < timedelta(hours=91)  # 75.5 hours, a fifth more or less
    assert books(forwarding) == {"eligible": 3, "sent": 0, "waiting": 0, "dead": 3, "rejected": {}}
    assert only_delivery(forwarding).error == 'Mixpanel answered 500: {"code": 500}'


def test_a_dead_letter_is_sent_again_when_somebody_says_so(acme, forwarding, vendor, mixpanel, writer, at_noon, owner):
    ids = three(acme, writer)
    vendor.answer(500, FAILED)
    run(at_noon)
    uid = only_delivery(forwarding).uid
    forwarding.deliveries.update(state=Delivery.State.DEAD, attempts=10)

    assert resends.dead_letters(forwarding, actor=owner, now=at_noon()) == 1
    run(at_noon)

    assert sent_ids(vendor) == [ids, ids]
    assert only_delivery(forwarding).uid == uid
    assert books(forwarding)["sent"] == 3


def test_a_dead_letter_that_nobody_looks_after_for_a_month_is_counted_as_expired(
    acme, forwarding, vendor, writer, at_noon
):
    three(acme, writer)
    vendor.answer(500, FAILED)
    run(at_noon)
    forwarding.deliveries.update(state=Delivery.State.DEAD)

    tidying.tidy(at_noon() + timedelta(days=29))
    assert books(forwarding)["dead"] == 3
    tidying.tidy(at_noon() + timedelta(days=31))

    assert books(forwarding) == {"eligible": 3, "sent": 0, "waiting": 0, "dead": 0, "rejected": {"expired": 3}}


def test_ids_are_forgotten_when_no_sweep_needs_them_and_rows_after_a_month(acme, forwarding, mixpanel, writer, at_noon):
    three(acme, writer)
    run(at_noon)

    _tidy_after(at_noon, timedelta(hours=2))
    assert len(bytes(only_delivery(forwarding).ids)) == 48
    _tidy_after(at_noon, timedelta(hours=2))
    assert bytes(only_delivery(forwarding).ids) == b""
    _tidy_after(at_noon, timedelta(days=31))
    assert not forwarding.deliveries.exists()
    assert books(forwarding)["sent"] == 3


def _tidy_after(at_noon, time: timedelta) -> None:
    """Meanwhile the position moves on."""
    at_noon.now += time
    run(at_noon)
    tidying.tidy(at_noon())


def test_who_was_erased_while_the_vendor_was_away_is_not_sent(
    acme, forwarding, vendor, mixpanel, writer, at_noon, migrated_event_store
):
    ids = three(acme, writer)
    vendor.answer(500, FAILED)
    run(at_noon)
    row = only_delivery(forwarding)
    row.ids = bytes(row.ids)[:16] + bytes(15) + b"\1" + bytes(row.ids)[32:]  # as if the store had lost the second
    row.save()
    at_noon.shift(seconds=7)
    run(at_noon)

    assert sent_ids(vendor) == [ids, [ids[0], ids[2]]]
    assert books(forwarding)["rejected"] == {"erased": 1}


def test_one_faulty_batch_does_not_stop_those_behind_it(
    acme, forwarding, vendor, mixpanel, writer, at_noon, monkeypatch
):
    ids = three(acme, writer)
    original = attempts.rules.event

    def faulty(row: Any, *others: Any) -> Any:
        if str(row["event_id"]) == ids[0]:
            raise KeyError("a fault of ours")
        return original(row, *others)

    monkeypatch.setattr(attempts.rules, "event", faulty)
    run(at_noon)
    store(writer, acme.dataset_id(), [later := view("12:00:10")])
    at_noon.shift(seconds=30)
    run(at_noon)

    assert sent_ids(vendor) == [text_ids([later])]
    assert books(forwarding)["waiting"] == 3


def test_settling_twice_counts_once(acme, forwarding, vendor, mixpanel, writer, at_noon):
    """Two workers had the same batch: the first one's claim ran out while the vendor took its time."""
    three(acme, writer)
    run(at_noon)
    done = only_delivery(forwarding)

    attempts.settle(done, 3, {}, at_noon())

    assert books(forwarding)["sent"] == 3


def test_whatever_the_vendor_does_the_books_add_up(acme, forwarding, vendor, writer, at_noon, monkeypatch):
    chance = random.Random(11)
    monkeypatch.setattr(Mixpanel, "max_batch", 5)
    store(writer, acme.dataset_id(), [view(f"11:{minute:02d}") for minute in range(40)])

    def moody(received: Any) -> Reply:
        number = len(json.loads(received.body))
        failed = [{"index": place, "field": f"f{place % 3}"} for place in range(number) if chance.random() < 0.2]
        return chance.choice(
            [
                Reply(200),
                Reply(413),
                Reply(500),
                Reply(429, headers={"Retry-After": "3"}),
                Reply(200, b'{"code": 200}', cut=True),
                Reply(400, json.dumps({"failed_records": failed}).encode()),
                Reply(207, b"<html>"),
            ]
        )

    vendor.respond = moody
    for _ in range(120):
        run(at_noon)
        at_noon.shift(minutes=45)
        totals = books(forwarding)
        if not totals["waiting"]:
            break

    assert totals["eligible"] == 40
    assert totals["sent"] + sum(totals["rejected"].values()) + totals["dead"] == 40
    assert totals["sent"] and totals["rejected"]


def test_what_is_known_of_a_person_goes_with_the_identity(acme, forwarding, vendor, mixpanel, writer, at_noon):
    ada = view("11:10", kind="identify", user_id="ada", traits={"plan": "pro", "email": "ada@example.com"})
    store(writer, acme.dataset_id(), [ada, view("11:11", user_id="ada")])

    run(at_noon)

    engaged = [json.loads(received.body) for received in vendor.requests if received.path == "/engage"]
    assert [(each["$distinct_id"], each["$set"]) for each in engaged[0]] == [("ada", {"plan": "pro"})]


def test_nothing_is_sent_twice_by_two_workers(acme, forwarding, vendor, mixpanel, writer, at_noon):
    three(acme, writer)
    run(at_noon)
    stale = Delivery.objects.get()
    Delivery.objects.update(state=Delivery.State.PENDING)
    stale.attempts = 0  # as another worker read it before the first attempt

    attempts.attempt(stale, Forwarding.objects.get(), object(), at_noon(), 1.0)

    assert len(vendor.requests) == 1
