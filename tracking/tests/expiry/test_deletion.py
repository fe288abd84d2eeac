"""Events grow older than their workspace keeps them: they leave every place, and nobody else's do."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from config.lib.clock import now
from tracking import conservation, persons, store
from tracking.expiry import deletion, places
from tracking.expiry.tasks import expire_events
from tracking.models import Expiry, HourDifference, SeenProperty, UsageDifference
from tracking.store import StoreUnavailable
from tracking.store import expiry as stored_rows
from tracking.tests.door import verdicts
from tracking.tests.expiry.aging import keep, night, oldest, rows, say
from tracking.tests.usage.booked import stored, stored_and_booked
from tracking.usage import reconcile
from workspaces import api_keys
from workspaces.audit import chain
from workspaces.models import AuditEntry

pytestmark = pytest.mark.usefixtures("event_store", "empty_log", "clock")
GONE = "3 events, 2 visits, 1 properties of people, 1 merges of people, 1 entries of cohorts"


@pytest.fixture
def old_and_new(acme, acme_key):
    """Ann was here 100 days ago only, Bob then and today; four events. They are on a list with somebody yet to come."""
    say(acme_key, "phone", 100)
    say(acme_key, "phone", 100, "ann")
    say(acme_key, "desk", 100, "bob")
    say(acme_key, "desk", 0, "bob")
    stored()
    persons.squash(acme.dataset_id())
    people = [
        each for (each,) in store.query("SELECT DISTINCT person_id FROM traits", dataset_id=acme.dataset_id()).rows
    ]
    store.add_to_list(acme.dataset_id(), 1, [*people, 4711], token=str(uuid.uuid4()))


def test_what_is_older_goes_with_whoever_it_leaves_without_an_event(acme, old_and_new):
    before = rows(acme.dataset_id())
    keep(acme, 90)
    night(acme)

    assert before == {"events": 4, "sessions": 3, "identity": 2, "traits": 2, "cohort_members": 3}
    assert rows(acme.dataset_id()) == {"events": 1, "sessions": 1, "identity": 1, "traits": 1, "cohort_members": 2}
    expiry = Expiry.objects.get()
    assert (expiry.environment, str(expiry.before), expiry.finished_at) == ("live", "2025-12-10", now())
    assert AuditEntry.objects.get(action="events.expire").target == f"live events before 2025-12-10: {GONE}"


@pytest.mark.parametrize("days", [None, 101])
def test_what_is_kept_for_ever_or_longer_stays(acme, old_and_new, days):
    keep(acme, days)
    night(acme)

    assert rows(acme.dataset_id())["events"] == 4
    assert not Expiry.objects.exists() and not AuditEntry.objects.filter(action="events.expire").exists()


def test_it_goes_day_by_day_and_only_whole_days(acme, acme_key, clock):
    for days_ago in (29, 30, 30.49, 30.51):  # it is noon: the last one was the evening before the day 30 days ago
        say(acme_key, "v", days_ago)
    stored()
    keep(acme, 30)
    night(acme)
    first = (rows(acme.dataset_id())["events"], oldest(acme.dataset_id()))
    night(acme, clock, 1)

    assert first == (3, now() - timedelta(days=31.49))
    assert rows(acme.dataset_id())["events"] == 1


def test_a_second_night_without_anything_due_changes_nothing(acme, old_and_new):
    keep(acme, 90)
    night(acme)
    night(acme)

    assert AuditEntry.objects.filter(action="events.expire").count() == 1


def test_neither_another_tenant_nor_the_other_environment_is_touched(acme, globex, owner, stranger, old_and_new):
    test_key = api_keys.issue(acme, name="t", actor=owner, now=now(), environment="test")[1]
    other_key = api_keys.issue(globex, name="g", actor=stranger, now=now())[1]
    for key in (test_key, other_key):
        say(key, "phone", 100, "ann")
        say(key, "phone", 40)
    stored()
    keep(acme, 90)
    deletion.expire(acme, "live", now())
    between = [rows(each)["events"] for each in (acme.dataset_id(), acme.dataset_id("test"), globex.dataset_id())]
    deletion.expire(acme, "test", now())

    assert between == [1, 2, 2]
    assert (rows(acme.dataset_id("test"))["events"], rows(globex.dataset_id())["events"]) == (1, 2)
    assert rows(globex.dataset_id())["traits"] == 1


def test_the_installation_says_it_for_whoever_says_nothing(acme, globex, old_and_new, settings):
    settings.DATA_RETENTION_DAYS = 90
    keep(globex, 365)
    night(acme)

    assert rows(acme.dataset_id())["events"] == 1


@pytest.mark.parametrize("place", ["held", "events", "traits", "examples"])
def test_killed_anywhere_it_goes_on_the_next_time(acme, acme_key, old_and_new, clock, monkeypatch, place):
    keep(acme, 90)
    whole = places.delete

    def killed(row):
        for name, number in whole(row):
            yield name, number
            if name == place:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(places, "delete", killed)
        night(acme)
    refused = verdicts(say(acme_key, "phone", 100))
    night(acme, clock, 1)

    assert refused == [("rejected", "too_old")]
    assert rows(acme.dataset_id()) == {"events": 1, "sessions": 1, "identity": 1, "traits": 1, "cohort_members": 2}
    assert Expiry.objects.get().finished_at == now()
    told = AuditEntry.objects.get(action="events.expire").target
    assert GONE in told


def test_killed_before_the_log_is_told_it_tells_it_the_next_time(acme, old_and_new, clock, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    keep(acme, 90)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(chain, "seal_of", killed)
        night(acme)
    between = Expiry.objects.get().finished_at
    night(acme, clock, 1)

    assert between is None and Expiry.objects.get().finished_at == now()
    assert GONE in AuditEntry.objects.get(action="events.expire").target


def test_a_store_that_is_away_is_asked_again(acme, old_and_new, monkeypatch):
    keep(acme, 90)
    with monkeypatch.context() as patch, pytest.raises(StoreUnavailable):
        patch.setattr(stored_rows, "delete_before", _away)
        night(acme)
    between = rows(acme.dataset_id())["events"]
    night(acme)

    assert (between, rows(acme.dataset_id())["events"]) == (4, 1)


def _away(*_):
    raise StoreUnavailable("no route to host")


def test_the_task_goes_to_whoever_has_a_limit(acme, globex, old_and_new, monkeypatch):
    asked = []
    monkeypatch.setattr("tracking.expiry.tasks.expire_dataset.delay", lambda *given: asked.append(given))
    expire_events()
    keep(acme, 90)
    expire_events()

    assert asked == [(acme.id, "live"), (acme.id, "test")]


def test_the_books_still_agree_when_an_import_was_deleted_the_night_after(acme, acme_key, clock):
    for _ in range(3):
        say(acme_key, "phone", 100)
    say(acme_key, "phone")
    stored_and_booked(now())
    keep(acme, 90)
    clock.shift(timedelta(hours=14))
    night(acme)
    conservation.prove(acme, "live", now(), now())
    reconcile.run(now())

    assert rows(acme.dataset_id())["events"] == 1
    assert (HourDifference.objects.count(), UsageDifference.objects.count()) == (0, 0)


def test_a_loss_is_still_seen_beside_what_was_deleted(acme, acme_key, clock):
    say(acme_key, "phone", 100)
    say(acme_key, "phone", 10)
    stored_and_booked(now())
    keep(acme, 90)
    clock.shift(timedelta(hours=14))
    night(acme)
    keep(acme, 365)
    stored_rows.delete("events", "1", {"datasets": [acme.dataset_id()]})
    conservation.prove(acme, "live", now(), now())
    reconcile.run(now())

    assert HourDifference.objects.get().vanished == 1
    assert (UsageDifference.objects.get().booked, UsageDifference.objects.get().stored) == (2, 1)


def test_values_of_old_events_are_no_examples_any_more(acme, acme_key, as_owner, clock):
    say(acme_key, "phone", 20, event_type="signup", properties={"plan": "secret"})
    stored()
    page = f"/w/{acme.slug}/catalogue/"
    as_owner.get(page)
    known = SeenProperty.objects.get(name="plan").examples
    say(acme_key, "phone", 0, event_type="signup", properties={"plan": "free"})
    stored()
    keep(acme, 30)
    night(acme, clock, 15)
    forgotten = SeenProperty.objects.get(name="plan").examples
    say(acme_key, "phone", 0, event_type="signup", properties={"plan": "pro"})
    stored()
    as_owner.get(page)

    assert (known, forgotten) == (["secret"], [])
    assert "secret" not in SeenProperty.objects.get(name="plan").examples


def test_the_answer_names_the_limit(acme, acme_key):
    keep(acme, 90)
    [refused] = json.loads(say(acme_key, "phone", 91).content)["results"]
    taken = say(acme_key, "phone", 89)
    config = Client(headers={"X-API-Key": acme_key}).get("/api/v1/analytics/config")

    assert (refused["code"], refused["detail"]) == (
        "too_old", "Older than 90 days, for which this workspace keeps events."
    )  # fmt: skip
    assert verdicts(taken) == [("accepted", None)]
    assert json.loads(config.content)["data_retention_days"] == 90


def test_what_was_deleted_never_counts_again_however_much_is_kept_later(acme, acme_key, old_and_new):
    keep(acme, 90)
    night(acme)
    keep(acme, None)
    [refused] = json.loads(say(acme_key, "phone", 100).content)["results"]

    assert (refused["code"], refused["detail"][:56]) == (
        "too_old", "This workspace has deleted its events from before 2025-1"
    )  # fmt: skip
