"""A vendor that is away for hours: what it has got before is not sent again, whatever happens meanwhile."""

from datetime import timedelta

from config.testing.vendor import Reply
from tracking.forwarding import outbox, setup, tidying
from tracking.store import erasure as stored
from tracking.tests.forwarding.world import books, destination, run, sent_ids, store, text_ids, view

VISITOR = 8


def hours_pass(at_noon, number: int) -> None:
    for _ in range(number):
        at_noon.shift(hours=1)
        run(at_noon)
        tidying.tidy(at_noon())


def test_who_is_erased_meanwhile_brings_nobody_else_there_twice(
    acme, vendor, mixpanel, writer, at_noon, monkeypatch, migrated_event_store
):
    monkeypatch.setattr(outbox, "ENOUGH_WAITING", 1)  # the outbox is full: what is behind it waits in the store
    made = destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("11:10"), view("11:20", visitor=VISITOR), view("11:30")])
    run(at_noon)
    answers, vendor.respond = vendor.respond, lambda received: Reply(500)
    store(writer, acme.dataset_id(), [view("11:59:59")])
    at_noon.shift(seconds=10)
    run(at_noon)

    stored.delete_person(acme.dataset_id(), {VISITOR}, [])
    hours_pass(at_noon, 5)
    before, vendor.respond = len(sent_ids(vendor)), answers
    hours_pass(at_noon, 15)

    assert [len(batch) for batch in sent_ids(vendor)[before:]] == [1]
    assert books(made) == {"eligible": 4, "sent": 4, "waiting": 0, "dead": 0, "rejected": {}}


def test_after_a_month_of_pause_nothing_goes_there_a_second_time(acme, vendor, mixpanel, writer, at_noon, monkeypatch):
    monkeypatch.setattr(outbox, "PLANNED_AT_ONCE", 2)
    made = destination(acme, vendor)
    first = [view("11:10"), view("11:30")]
    store(writer, acme.dataset_id(), first)
    run(at_noon)
    setup.pause(made, actor="owner@example.com", now=at_noon())
    later = [view(at_noon() + timedelta(minutes=each)) for each in (1, 2, 3)]
    store(writer, acme.dataset_id(), later)
    at_noon.shift(days=40)
    tidying.tidy(at_noon())

    setup.resume(made, actor="owner@example.com", now=at_noon())
    hours_pass(at_noon, 3)

    assert sorted(each for batch in sent_ids(vendor) for each in batch) == sorted(text_ids(first + later))
