"""Events that were held beyond a limit reach destinations when they are released, whenever a worker looks for news."""

from tracking.events import Accepted
from tracking.models import LateArrival
from tracking.tests.door import post
from tracking.tests.forwarding.world import destination, run, sent_ids, store, text_ids, view
from tracking.tests.usage.test_limits_at_the_door import allow, batch
from tracking.usage import hold


def test_what_is_released_while_a_worker_looks_for_news_is_forwarded_too(
    acme, acme_key, vendor, mixpanel, writer, at_noon, clock, monkeypatch
):
    destination(acme, vendor)
    allow(acme, 0)
    held = [_held(acme_key) for _ in range(3)]
    hold.keep()
    at_noon.shift(hours=3)  # longer than the sweep looks back
    run(at_noon)
    allow(acme, 10)
    fresh = _busy(acme, writer, monkeypatch, at_noon)

    assert hold.release(at_noon) == 3
    while writer.store_next(0):
        pass
    for _ in range(3):
        at_noon.shift(minutes=6)
        run(at_noon)

    assert sorted(each for batch in sent_ids(vendor) for each in batch) == sorted(held + text_ids(fresh))


def test_what_has_no_room_yet_is_not_told_to_destinations_each_minute(acme, acme_key, vendor, at_noon, clock):
    destination(acme, vendor)
    allow(acme, 0)
    _held(acme_key)
    hold.keep()
    for _ in range(3):
        at_noon.shift(minutes=1)
        hold.release(at_noon)

    assert not LateArrival.objects.exists()


def _held(key: str) -> str:
    """Its id."""
    (said,) = post(batch(1), key=key).json()["results"]
    assert said["status"] == "held"
    return str(said["id"])


def _busy(acme, writer, monkeypatch, at_noon) -> list[Accepted]:
    """A release that takes its time, while others send events and a worker looks for news before and after each step.
    What the others sent."""
    append, fresh = hold.buffer.append, []

    def slowly(*given):
        monkeypatch.setattr(hold.buffer, "append", append)
        fresh.append(view(at_noon()))
        store(writer, acme.dataset_id(), fresh[-1:])
        run(at_noon)
        was_logged = append(*given)
        run(at_noon)
        at_noon.shift(seconds=5)
        run(at_noon)
        monkeypatch.setattr(hold.buffer, "append", slowly)
        return was_logged

    monkeypatch.setattr(hold.buffer, "append", slowly)
    return fresh
