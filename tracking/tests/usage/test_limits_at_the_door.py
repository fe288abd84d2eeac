"""Limits on the way in: exact under races, nothing lost beyond them, and nothing counted that is not billable."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from config.lib.clock import now
from tracking import usage
from tracking.models import UsageEntry
from tracking.tests.door import events, post, verdicts
from tracking.tests.usage.booked import stored_and_booked
from workspaces import api_keys, limits
from workspaces.limits import Quota
from workspaces.models import ApiKey, Workspace

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def batch(size: int) -> dict[str, object]:
    return {"events": [{"id": str(uuid.uuid4()), "event_type": "page_view"} for _ in range(size)]}


def allow(acme: Workspace, most: int, policy: str = "hard", period: str = "month") -> None:
    limits.set_limits(acme.organization, [Quota("events", period, most, policy)], now())
    api_keys.forget()


def used(acme: Workspace, period: str = "month") -> int:
    return usage.used(acme.organization_id, "events", period, now())


def test_what_is_logged_is_used_up_in_the_day_and_in_the_month(acme, acme_key, clock):
    post(batch(3), key=acme_key)
    clock.shift(timedelta(days=1))
    post(batch(2), key=acme_key)

    assert (used(acme, "day"), used(acme, "month")) == (2, 5)


def test_it_is_counted_for_the_key_too(acme, acme_key, acme_secret, clock):
    post(batch(3), key=acme_key)
    post(batch(2), key=acme_secret)

    key = ApiKey.objects.get(raw=acme_key)
    assert usage.used(acme.organization_id, "events", "month", now(), key.pk) == 3


def test_beyond_a_hard_limit_events_are_held_and_the_sender_is_told(acme, acme_key, clock):
    allow(acme, 3)

    answer = post(batch(5), key=acme_key)

    assert answer.status_code == 200
    assert verdicts(answer) == [("accepted", None)] * 3 + [("held", "quota")] * 2
    assert (answer.json()["accepted"], answer.json()["held"]) == (3, 2)
    assert len(events(acme.dataset_id())) == used(acme) == 3
    assert usage.of_day(acme.dataset_id(), now()) == {"accepted": 3, "quota": 2}


def test_a_limit_of_a_day_is_free_again_the_next_day(acme, acme_key, clock):
    allow(acme, 1, period="day")
    first = [post(batch(1), key=acme_key).json()["held"] for _ in range(2)]
    clock.shift(timedelta(days=1))

    assert first == [0, 1]
    assert post(batch(1), key=acme_key).json()["held"] == 0


def test_a_soft_limit_has_a_quarter_above_it(acme, acme_key, clock):
    allow(acme, 100, "soft")

    answer = post(batch(130), key=acme_key).json()

    assert (answer["accepted"], answer["held"]) == (125, 5)


def test_a_key_has_a_limit_of_its_own(acme, acme_key, acme_secret, owner, clock):
    key = ApiKey.objects.get(raw=acme_key)
    limits.set_limit(acme.organization, Quota("events", "day", 1, "hard"), actor=owner, now=now(), key=key)
    api_keys.forget()

    assert post(batch(3), key=acme_key).json()["held"] == 2
    assert post(batch(3), key=acme_secret).json()["held"] == 0


def test_bots_and_test_data_use_up_nothing(acme, acme_key, owner, clock):
    allow(acme, 1)
    test_key = api_keys.issue(acme, name="Test", actor=owner, now=now(), environment="test")[1]

    by_bot = post(batch(3), key=acme_key, User_Agent=GOOGLEBOT).json()
    as_test = post(batch(3), key=test_key).json()

    assert (by_bot["accepted"], as_test["accepted"], used(acme)) == (3, 3, 0)


def test_the_same_request_again_uses_up_nothing_and_holds_nothing_twice(acme, acme_key, clock):
    allow(acme, 2)
    body = batch(3)
    post(body, key=acme_key)

    again = post(body, key=acme_key).json()

    assert (again["duplicates"], again["held"], used(acme)) == (3, 0, 2)


def test_an_event_that_was_stored_before_is_given_back(acme, acme_key, acme_secret, event_store, clock):
    from tracking import recent

    body = batch(2)
    post(body, key=acme_key)
    stored_and_booked(now())
    recent.forget()  # as another process, which has not seen them
    post(body | {"sent_again": True}, key=acme_secret)
    before = used(acme)
    stored_and_booked(now())

    assert (before, used(acme)) == (4, 2)
    assert sum(UsageEntry.objects.values_list("quantity", flat=True)) == 2


def test_when_no_more_can_be_held_the_request_is_refused_whole(acme, acme_key, monkeypatch, clock):
    monkeypatch.setattr("tracking.usage.rations.HELD_MOST", 3)
    allow(acme, 0)
    post(batch(2), key=acme_key)

    answer = post(batch(2), key=acme_key)

    assert (answer.status_code, answer.json()["code"]) == (402, "hold_full")


def test_counters_that_were_lost_begin_with_what_the_ledger_knows(acme, acme_key, event_store, clock):
    from config.lib.redis_clients import buffer_client

    post(batch(4), key=acme_key)
    stored_and_booked(now())
    buffer_client().delete(*buffer_client().keys("used:*"))
    allow(acme, 5)

    answer = post(batch(2), key=acme_key).json()

    assert (answer["accepted"], answer["held"], used(acme)) == (1, 1, 5)


@pytest.mark.django_db(transaction=True)
def test_of_64_senders_who_race_exactly_the_limit_gets_in(acme, acme_key):
    """64 requests of 50 events at a limit of 1,234: 1,234 are logged, 1,966 held, none is lost."""
    allow(acme, 1234)
    answers: list[dict[str, int]] = []
    start = threading.Barrier(16)

    def send() -> None:
        start.wait()
        for _ in range(4):
            answers.append(post(batch(50), key=acme_key).json())
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(16)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert sum(answer["accepted"] for answer in answers) == len(events(acme.dataset_id())) == used(acme) == 1234
    assert sum(answer["held"] for answer in answers) == 64 * 50 - 1234
