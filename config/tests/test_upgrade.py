"""A new version meets the data of an earlier one: nothing is lost, and nobody has to do anything but start it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tracking.store import topology
from tracking.store.migrate import migrate
from tracking.tests.store.owners import Owner


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    owner = Owner(tmp_path / "events")
    yield owner
    owner.close()


@pytest.fixture
def later(tmp_path, monkeypatch) -> Path:
    """The folder of the schema files of the version to come: the present ones, and what a test adds."""
    folder = tmp_path / "schema"
    shutil.copytree(topology.SCHEMA, folder)
    monkeypatch.setattr(topology, "SCHEMA", folder)
    return folder


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_people_of_the_first_version_are_there_after_all_migrations():
    """Back to the first migrations of our apps, a person signs up, and the present version finds them."""
    executor = MigrationExecutor(connection)
    first = [("accounts", "0001_initial"), ("workspaces", "0001_initial")]
    executor.migrate(first)
    user = executor.loader.project_state(first).apps.get_model("accounts", "User")
    user.objects.create(email="early@example.com", password="!")

    call_command("migrate", verbosity=0)

    from accounts.models import User

    assert User.objects.get(email="early@example.com").uid


def test_stored_events_survive_a_new_column(owner, later):
    url = owner.url("upgraded")
    migrate(url)
    store = owner.client(database="upgraded")
    store.command("INSERT INTO events (dataset_id, ts, type, name) VALUES (2, '2026-03-10 12:00:00', 'goal', 'signup')")
    (later / "0900_plan.sql").write_text(
        "ALTER TABLE events ADD COLUMN IF NOT EXISTS plan LowCardinality(String) DEFAULT 'free';"
    )

    assert migrate(url) == ["0900_plan"]
    assert store.query("SELECT name, plan FROM events").result_rows == [("signup", "free")]


def test_an_installation_with_the_first_file_alone_gets_the_others_and_keeps_its_events(owner, later):
    url = owner.url("early")
    others = sorted(later.glob("*.sql"))[1:]
    kept = {path.name: path.read_text() for path in others}
    for path in others:
        path.unlink()
    migrate(url)
    store = owner.client(database="early")
    store.command("INSERT INTO events (dataset_id, ts, type, name) VALUES (2, '2026-03-10 12:00:00', 'goal', 'signup')")
    for name, text in kept.items():
        (later / name).write_text(text)

    assert migrate(url) == [Path(name).stem for name in kept]
    assert store.query("SELECT count() FROM events").result_rows == [(1,)]
    assert store.query("SELECT count() FROM sessions").result_rows == [(0,)]
