"""The restore of an older backup brings nobody back who was erased."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.lib.clock import now
from tracking import erasure, persons
from tracking.erasure import tasks
from tracking.models import Erasure
from tracking.store.client import client
from tracking.store.erasure import TABLES
from tracking.tests.erasure.test_erasure import ask, passes, say, users
from tracking.tests.usage.booked import stored
from workspaces import organizations
from workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("event_store", "empty_log", "clock")


@pytest.fixture
def people(acme: Workspace, acme_key: str) -> None:
    client().command("TRUNCATE TABLE erasures")  # of other tests
    say(acme_key, "phone", "ann")
    say(acme_key, "desk", "bob")
    stored()
    persons.squash(acme.dataset_id())


@pytest.fixture
def restore(people: None, acme: Workspace) -> Callable[[], None]:
    """Puts what the event store has of Acme back to how it is now, as an operator would with a backup of it."""
    mine = {"dataset": acme.dataset_id()}
    sql = "SELECT * FROM {table} WHERE dataset_id = {{dataset:UInt32}}"
    kept = {table: client().query(sql.format(table=table), parameters=mine).result_rows for table in TABLES}

    def back() -> None:
        client().command("TRUNCATE TABLE erasures")
        for table, rows in kept.items():
            client().command(f"DELETE FROM {table} WHERE dataset_id = {{dataset:UInt32}}", parameters=mine)
            if rows:
                client().insert(table, rows)

    return back


def done(clock: Any) -> None:
    passes(clock, 3)
    assert not Erasure.objects.filter(done_at=None).exists()


def test_an_older_event_store_is_gone_through_again_by_itself(
    people: None, restore: Callable[[], None], acme: Workspace, owner: Any, clock: Any
) -> None:
    asked = ask(acme, owner)
    done(clock)
    restore()
    came_back = users(acme)
    tasks.erase_due()
    passes(clock, 1)
    hidden = users(acme)
    done(clock)
    asked.refresh_from_db()

    assert (came_back, hidden) == (["ann", "bob"], ["bob"])
    assert asked.done_at and (asked.ids, asked.users) == ([], [])


def test_what_was_not_restored_is_not_touched_again(people: None, acme: Workspace, owner: Any, clock: Any) -> None:
    ask(acme, owner)
    done(clock)
    tasks.erase_due()

    assert Erasure.objects.get().due_at is None


def test_an_older_database_hears_of_it_from_the_store_and_spares_who_came_back(
    people: None, acme: Workspace, acme_key: str, owner: Any, clock: Any
) -> None:
    asked = ask(acme, owner)
    done(clock)
    Erasure.objects.all().delete()  # as PostgreSQL was before anybody asked
    say(acme_key, "phone", "ann")  # of today, after the erasure
    stored()
    tasks.erase_due()
    done(clock)
    again = Erasure.objects.get()

    assert (again.uid, again.asked_at, again.subject) == (asked.uid, asked.asked_at, "person")
    assert users(acme) == ["ann", "bob"]


def test_a_saved_list_knows_of_it_when_both_are_older(
    people: None, restore: Callable[[], None], acme: Workspace, owner: Any, clock: Any, tmp_path: Any
) -> None:
    ask(acme, owner)
    done(clock)
    saved, told = tmp_path / "erasures.jsonl", StringIO()
    call_command("erasures", save=saved)
    Erasure.objects.all().delete()
    restore()
    call_command("erasures", load=saved, stdout=told)

    assert users(acme) == ["bob"] and "ann" not in saved.read_text()
    assert told.getvalue() == "1 erasures begun again, 1 hidden by now.\n"


def test_a_list_that_is_none_is_refused(tmp_path: Any) -> None:
    (tmp_path / "list").write_text("what?")
    with pytest.raises(CommandError, match="cannot be read as a file of --save"):
        call_command("erasures", load=tmp_path / "list")


@pytest.mark.parametrize("is_back, left", [(False, []), (True, ["ann", "bob"])])
def test_a_deleted_workspace_goes_again_unless_the_restore_brought_it_back(
    restore: Callable[[], None], acme: Workspace, owner: Any, clock: Any, is_back: bool, left: list[str]
) -> None:
    old = Workspace.objects.get(pk=acme.pk)
    organizations.delete_workspace(acme, actor=owner, now=now())
    done(clock)
    restore()
    if is_back:
        old.save(force_insert=True)
    tasks.erase_due()
    passes(clock, 1)

    assert users(old) == left


def test_whom_nobody_can_name_any_more_stops_nothing(
    people: None, restore: Callable[[], None], acme: Workspace, owner: Any, clock: Any
) -> None:
    ask(acme, owner)
    done(clock)
    restore()
    Erasure.objects.update(sealed="of another SECRET_KEY")
    tasks.erase_due()

    assert erasure.due(now()) == []
