"""Who is erased was counted and is booked all the same: nothing of it is missing, and what is missing is still seen."""

from datetime import timedelta

import pytest

from config.lib.clock import now
from tracking import conservation
from tracking.models import Erasure, HourDifference, UsageDifference
from tracking.store import deletes
from tracking.tests.erasure.test_erasure import ask, passes, say, users
from tracking.tests.usage.booked import stored_and_booked
from tracking.usage import reconcile

pytestmark = pytest.mark.usefixtures("event_store", "empty_log", "clock")


@pytest.fixture
def a_day_of_two(acme, acme_key):
    """On 10 March at noon Ann did four things and Bob two."""
    for _ in range(4):
        say(acme_key, "phone", "ann")
    for _ in range(2):
        say(acme_key, "desk", "bob")
    stored_and_booked(now())


def compared(workspace, clock) -> tuple[list[int], list[tuple[int, int]]]:
    """The next morning: (events that vanished, by hour), (booked and stored of the days that differ)."""
    clock.shift(timedelta(hours=14))
    conservation.prove(workspace, "live", now(), now())
    reconcile.run(now())
    hours = HourDifference.objects.values_list("vanished", flat=True)
    return list(hours), list(UsageDifference.objects.values_list("booked", "stored"))


def test_the_books_still_agree_when_a_person_of_the_day_was_erased(acme, owner, a_day_of_two, clock):
    ask(acme, owner)
    passes(clock)

    assert users(acme) == ["bob", "bob"]
    assert compared(acme, clock) == ([], [])


def test_a_loss_is_still_seen_beside_who_was_erased(acme, owner, a_day_of_two, clock):
    ask(acme, owner)
    passes(clock)
    deletes.delete("events", "1", {"datasets": [acme.dataset_id()]})

    assert compared(acme, clock) == ([2], [(6, 4)])


def test_a_pass_that_was_killed_after_it_wrote_them_down_hides_no_more_than_it_would_have_deleted(
    acme, owner, a_day_of_two, clock, monkeypatch
):
    """Everything is there: nothing is missing."""
    asked = ask(acme, owner)
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("tracking.erasure.passes.stored.delete_person", _killed)
        passes(clock, 1)

    asked.refresh_from_db()
    assert sum(events for hours in asked.hours.values() for events, _ in hours.values()) == 4
    assert compared(acme, clock) == ([], [])


def test_a_deleted_workspace_leaves_no_difference_of_usage(acme, a_day_of_two, clock):
    acme.delete()
    passes(clock)
    clock.shift(timedelta(hours=14))

    assert Erasure.objects.get().found["events"] == 6
    assert (reconcile.run(now()), UsageDifference.objects.count()) == (0, 0)


def _killed(*_):
    raise RuntimeError("killed")
