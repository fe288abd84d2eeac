"""Erasing: a person or a whole workspace, wherever their events are, also those on their way; and nobody else's."""

import time
import uuid
from datetime import timedelta

import pytest

from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking import erasure, persons, store
from tracking.models import Erasure, HeldEvents
from tracking.store import StoreUnavailable
from tracking.store import erasure as stored_rows
from tracking.tests.building import envelope, event, log
from tracking.tests.door import post
from tracking.tests.usage.booked import stored
from tracking.tests.usage.test_limits_at_the_door import allow
from tracking.usage import hold
from tracking.visits import person_of
from workspaces import organizations
from workspaces.models import AuditEntry, Organization, Workspace

pytestmark = pytest.mark.usefixtures("event_store", "empty_log", "clock")
TABLES = ("events", "sessions", "identity", "traits")


def say(key: str, visitor: str, user: str = "", **about: object) -> None:
    """One event of a visitor; with `user`, of somebody who says who they are."""
    said: dict[str, object] = {"event_type": "page_view", "visitor_id": visitor, "id": str(uuid.uuid4())}
    if user:
        said |= {"user_id": user, "user_properties": {"plan": "pro"}}
    answer = post({"events": [said | about]}, key=key)
    assert answer.status_code == 200, answer.content


def rows(workspace: Workspace) -> dict[str, int]:
    sql = "SELECT count() FROM {}"
    found = {each: store.query(sql.format(each), dataset_id=workspace.dataset_id()).rows[0][0] for each in TABLES}
    return {table: number for table, number in found.items() if number}


def users(workspace: Workspace) -> list[str]:
    """Whose the events are."""
    dataset = workspace.dataset_id()
    names = {person_of(dataset, name): name for name in ("ann", "bob")}
    found = store.query("SELECT person_id FROM events", dataset_id=dataset).rows
    return sorted(names.get(person, "?") for (person,) in found)


def passes(clock, number: int = 2) -> None:
    """So many minutes pass."""
    for _ in range(number):
        for pk in erasure.due(now()):
            erasure.erase(pk, now())
        clock.shift(timedelta(minutes=1))


def ask(acme: Workspace, owner, user: str = "ann") -> Erasure:
    return erasure.ask_person(acme, "live", person_of(acme.dataset_id(), user), actor=owner, now=now())


@pytest.fixture
def two_people(acme, acme_key):
    """Ann on two browsers, first unknown; Bob on one. Six events."""
    say(acme_key, "phone")
    say(acme_key, "phone", "ann")
    say(acme_key, "laptop", "ann")
    say(acme_key, "laptop")
    say(acme_key, "desk", "bob")
    say(acme_key, "desk")
    stored()
    persons.squash(acme.dataset_id())


def test_a_person_goes_with_all_browsers_and_nobody_else_does(acme, owner, two_people, clock):
    before = len(users(acme))
    asked = ask(acme, owner)
    passes(clock)

    asked.refresh_from_db()
    assert (before, users(acme)) == (6, ["bob", "bob"])
    assert rows(acme) == {"events": 2, "sessions": 1, "identity": 1, "traits": 1}
    assert asked.done_at and (asked.found["events"], asked.found["sessions"]) == (4, 2)


def test_what_names_the_person_is_kept_no_longer_than_the_work_takes(acme, owner, two_people, clock):
    asked = ask(acme, owner)
    passes(clock)

    asked.refresh_from_db()
    assert (asked.ids, asked.users) == ([], [])
    told = [entry.target for entry in AuditEntry.objects.filter(action__startswith="erasure.").order_by("number")]
    assert told == [f"a person, {asked.uid}", f"a person, {asked.uid}: {asked.total} rows"]


def test_whoever_comes_back_is_somebody_new(acme, acme_key, owner, two_people, clock):
    """The visit that was open is forgotten with them: what they do next begins one."""
    ask(acme, owner)
    passes(clock)
    say(acme_key, "phone")
    stored()

    sql = "SELECT count(), sum(events) FROM sessions FINAL WHERE user_id = ''"
    assert store.query(sql, dataset_id=acme.dataset_id()).rows == [(1, 1)]


def test_events_that_were_on_their_way_are_met_by_the_next_pass(acme, acme_key, owner, two_people, clock):
    say(acme_key, "laptop", "ann")  # in the log, and nobody has stored it
    asked = ask(acme, owner)
    passes(clock, 1)
    stored()
    came = users(acme)
    passes(clock)

    asked.refresh_from_db()
    assert came.count("ann") == 1
    assert users(acme) == ["bob", "bob"] and asked.done_at


def test_it_is_not_done_while_something_waits_to_be_stored(acme, acme_key, owner, two_people, clock):
    say(acme_key, "laptop", "ann")
    client = buffer_client()
    # As if it were logged at noon of the test's day; entries are dated by the log's own server.
    client.xadd("log:0", {"e": client.xrange("log:0")[-1][1][b"e"]})
    asked = ask(acme, owner)
    Erasure.objects.update(swept_at=now() + timedelta(days=3650))
    passes(clock, 1)

    asked.refresh_from_db()
    assert asked.due_at and not asked.done_at


def test_held_events_of_the_person_go_and_the_others_stay_held(acme, acme_key, owner, clock):
    allow(acme, 0)
    visits = [("phone", "ann"), ("desk", "bob"), ("phone", "ann")]
    post({"events": [_view(*each) for each in visits]}, key=acme_key)
    say(acme_key, "phone", "ann")
    ask(acme, owner)
    passes(clock)
    allow(acme, 10)

    assert HeldEvents.objects.get().quantity == 1
    assert hold.waiting(acme.organization_id)[0] == 1
    assert hold.release(now) == 1
    stored()
    assert users(acme) == ["bob"]


def test_held_events_that_another_key_sealed_go_as_a_whole_and_keep_no_person_here(
    acme, acme_key, owner, two_people, clock, settings
):
    allow(acme, 0)
    say(acme_key, "phone", "ann")
    hold.keep()
    settings.SECRET_KEY = "another-key-than-the-one-that-sealed-them"
    asked = ask(acme, owner)
    passes(clock)

    asked.refresh_from_db()
    assert asked.done_at and users(acme) == ["bob", "bob"]
    assert (HeldEvents.objects.count(), hold.waiting(acme.organization_id)[0]) == (0, 0)


def _view(visitor: str, user: str) -> dict[str, object]:
    return {"event_type": "page_view", "visitor_id": visitor, "user_id": user, "id": str(uuid.uuid4())}


def test_a_deleted_workspace_is_empty_and_the_others_are_not(acme, acme_key, globex, owner, two_people, clock):
    log(envelope(globex.dataset_id(), event("10:00")))
    stored()
    dataset, name = acme.dataset_id(), acme.name
    organizations.delete_workspace(acme, actor=owner, now=now())
    asked = Erasure.objects.get()
    pending = (asked.workspace_name, asked.subject, asked.datasets, asked.due_at)
    passes(clock)

    asked.refresh_from_db()
    assert pending == (name, "workspace", [dataset, dataset + 1], asked.asked_at)
    assert [store.query(f"SELECT count() FROM {each}", dataset_id=dataset).rows for each in TABLES] == [[(0,)]] * 4
    assert list(buffer_client().scan_iter(match=f"visit:{dataset}:*")) == []
    assert asked.done_at and asked.found["events"] == 6
    assert rows(globex)["events"] == 1
    assert AuditEntry.objects.latest("number").target == f"the workspace {name}: {asked.total} rows"


def test_held_events_of_a_deleted_workspace_are_never_released(acme, acme_key, owner, clock):
    allow(acme, 0)
    say(acme_key, "phone", "ann")
    organization = acme.organization
    organizations.delete_workspace(acme, actor=owner, now=now())
    passes(clock)

    assert (HeldEvents.objects.count(), buffer_client().xlen("held")) == (0, 0)
    assert hold.waiting(organization.pk) == (0, None)


def test_a_deleted_organization_leaves_the_work_to_be_done(acme, acme_key, two_people, clock):
    dataset, uid = acme.dataset_id(), acme.organization.uid
    organizations.delete_organization(acme.organization)
    passes(clock)

    assert not Organization.objects.filter(uid=uid).exists()
    assert store.query("SELECT count() FROM events", dataset_id=dataset).rows == [(0,)]
    assert Erasure.objects.get().done_at


def test_a_store_that_is_away_is_asked_again(acme, owner, two_people, clock, monkeypatch):
    asked = ask(acme, owner)
    with monkeypatch.context() as patch:
        patch.setattr(stored_rows, "delete_person", _away)
        passes(clock)
    between = (len(users(acme)), Erasure.objects.get().done_at)
    passes(clock)

    asked.refresh_from_db()
    assert (between, users(acme)) == ((6, None), ["bob", "bob"]) and asked.done_at


def test_a_worker_that_dies_in_a_pass_leaves_it_to_another(acme, owner, two_people, clock, monkeypatch):
    asked = ask(acme, owner)
    with monkeypatch.context() as patch:
        patch.setattr("tracking.erasure.passes.copies.erase", _killed)
        with pytest.raises(KeyboardInterrupt):
            passes(clock, 1)
    clock.shift(timedelta(minutes=10))
    passes(clock)

    asked.refresh_from_db()
    assert users(acme) == ["bob", "bob"] and asked.done_at


def test_a_worker_that_dies_at_the_end_of_the_last_pass_tells_the_log_once(acme, owner, two_people, clock, monkeypatch):
    asked = ask(acme, owner)
    passes(clock, 1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Erasure, "save", _killed)
        passes(clock, 1)
    clock.shift(timedelta(minutes=10))
    passes(clock)

    asked.refresh_from_db()
    assert asked.done_at and AuditEntry.objects.filter(action="erasure.done").count() == 1


def _away(*_):
    raise StoreUnavailable("no route to host")


def _killed(*_):
    raise KeyboardInterrupt


def test_overnight_it_leaves_the_disk(acme, owner, two_people, clock):
    """Deleted rows are hidden at once, and stay in their files until these are written anew."""
    ask(acme, owner)
    passes(clock)
    erasure.purge(now())

    sql = "SELECT sum(has_lightweight_delete) FROM system.parts WHERE active AND database = currentDatabase()"
    deadline = time.monotonic() + 20
    while (left := _system(sql)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == 0
    assert Erasure.objects.get().purged_at


def _system(sql: str) -> int:
    from tracking.store.client import client

    return int(client().query(sql).result_rows[0][0])
