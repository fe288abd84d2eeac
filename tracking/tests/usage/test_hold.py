"""Held events: kept sealed, released whole and in order when the limit is raised, deleted after thirty days."""

import json
from datetime import timedelta

from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking import other_keys, usage
from tracking.models import HeldEvents
from tracking.tests.door import envelopes, post
from tracking.tests.usage.booked import stored_and_booked
from tracking.tests.usage.test_limits_at_the_door import allow, batch, used
from tracking.usage import hold, ledger
from workspaces import limits
from workspaces.limits import Quota
from workspaces.models import ApiKey


def names(acme) -> list[str]:
    return [event.name for envelope in envelopes(acme.dataset_id()) for event in envelope.events]


def goal(name: str) -> dict[str, object]:
    return {"events": [{"event_type": name}]}


def test_what_is_held_is_kept_sealed(acme, acme_key, clock):
    allow(acme, 0)
    post({"events": [{"event_type": "secret-purchase"}]}, key=acme_key)

    moved = hold.keep()

    row = HeldEvents.objects.get()
    assert (moved, row.quantity, row.organization, row.received_at) == (1, 1, acme.organization, now())
    assert "secret" not in row.sealed and b"secret".hex() not in row.sealed
    assert hold.waiting(acme.organization_id) == (1, now() + timedelta(days=30))
    assert buffer_client().xlen("held") == 0


def test_a_raised_limit_releases_all_of_it_once_and_in_order(acme, acme_key, clock):
    allow(acme, 1)
    for name in ("first", "second", "third"):
        post(goal(name), key=acme_key)
    hold.keep()
    allow(acme, 10)

    released = [hold.release(now), hold.release(now)]

    assert (released, names(acme), used(acme)) == ([2, 0], ["first", "second", "third"], 3)
    assert hold.waiting(acme.organization_id) == (0, None)
    assert {key: number for key, number in usage.of_day(acme.dataset_id(), now()).items() if number} == {"accepted": 3}


def test_the_limit_of_one_key_keeps_nothing_of_others_held(acme, acme_key, owner, clock):
    limit = Quota("events", "month", 1, "hard")
    limits.set_limit(acme.organization, limit, actor=owner, now=now(), key=ApiKey.objects.get(raw=acme_key))
    post(goal("used up"), key=acme_key)
    allow(acme, 1)
    other_keys.claim(acme, tool="segment", key="W1rt3K3y", host="", environment="live", actor=owner, now=now())
    post({"userId": "ann", "event": "Order", "writeKey": "W1rt3K3y"}, url="/v1/track")
    hold.keep()
    allow(acme, 10)

    assert (hold.release(now), names(acme)) == (1, ["used up", "Order"])


def test_without_more_room_nothing_is_released(acme, acme_key, clock):
    allow(acme, 1)
    post(batch(3), key=acme_key)
    hold.keep()

    assert (hold.release(now), HeldEvents.objects.count()) == (0, 1)


def test_the_next_month_releases_nothing_by_itself(acme, acme_key, clock):
    """They came in March, whose limit is used up; only a higher limit makes room in March."""
    allow(acme, 1)
    post(batch(2), key=acme_key)
    hold.keep()
    clock.shift(timedelta(days=25))

    assert hold.release(now) == 0
    assert post(batch(1), key=acme_key).json()["accepted"] == 1


def test_a_crash_after_logging_and_before_deleting_counts_nothing_twice(
    acme, acme_key, event_store, clock, monkeypatch
):
    allow(acme, 0)
    post(batch(2), key=acme_key)
    hold.keep()
    allow(acme, 10)
    with monkeypatch.context() as patch:
        patch.setattr(hold, "uncount", lambda *_: None)
        patch.setattr("django.db.models.query.QuerySet.delete", lambda self: (0, {}))
        patch.setattr(hold, "_log", _once(hold._log))
        hold.release(now)
    hold.release(now)
    stored_and_booked(now())

    assert used(acme) == 2
    assert ledger.sums(acme.organization_id, now() - timedelta(1), now() + timedelta(1))["events"] == 2


def _once(log):
    """Logs the first and then stops, as a killed process does."""
    calls = iter([True])
    return lambda row, moment: log(row, moment) if next(calls, False) else False


def test_a_crash_between_keeping_and_clearing_the_stream_keeps_it_once(acme, acme_key, clock, own_valkeys):
    allow(acme, 0)
    post(batch(2), key=acme_key)
    entries = own_valkeys[1].xrange("held")
    hold.keep()
    for place, fields in entries:
        own_valkeys[1].delete("held")
        own_valkeys[1].xadd("held", fields, id=place)
    hold.keep()

    assert HeldEvents.objects.count() == 1


def test_what_another_key_sealed_holds_up_nobody_and_waits_for_that_key(acme, acme_key, clock, settings):
    allow(acme, 0)
    post(goal("before"), key=acme_key)
    hold.keep()
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-than-the-one-that-sealed-them"
    post(goal("after"), key=acme_key)
    hold.keep()
    allow(acme, 10)

    without = hold.release(now), names(acme)
    settings.SECRET_KEY_FALLBACKS = [former]

    assert (without, hold.release(now), names(acme)) == ((1, ["after"]), 1, ["after", "before"])


def test_after_thirty_days_it_is_deleted(acme, acme_key, clock):
    allow(acme, 0)
    post(batch(2), key=acme_key)
    hold.keep()
    clock.shift(timedelta(days=29))
    early = hold.forget(now())
    clock.shift(timedelta(days=2))

    assert (early, hold.forget(now()), HeldEvents.objects.count()) == (0, 2, 0)
    assert hold.waiting(acme.organization_id)[0] == 0


def test_the_answer_tells_a_held_event_from_a_refused_one(acme, acme_key, clock):
    allow(acme, 0)

    answer = json.loads(post(batch(1), key=acme_key).content)

    assert answer["results"][0]["status"] == "held"
    assert "30 days" in answer["results"][0]["detail"]
    assert limits.EVENTS in answer["results"][0]["detail"]
