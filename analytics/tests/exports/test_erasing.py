"""Erasing a person, by page and API: who may, what is told, and files that may name them go too."""

import pytest

from analytics import cohorts
from analytics.exports import jobs
from analytics.models import Export
from analytics.tests.world import page_view, store_events
from config.lib.clock import now
from tracking import erasure, store
from tracking.models import Erasure
from workspaces import organizations

PERSON = 4711


@pytest.fixture(autouse=True)
def seen(settings, tmp_path, event_store, acme, owner, clock):
    """One person with one event, and an export with its file."""
    settings.VAR_DIR = tmp_path
    store_events(acme.dataset_id(), [page_view("10:00", "/", visitor=PERSON)])
    about = {"source": "events", "title": "Events", "file_format": "csv", "parameters": ""}
    export = jobs.ask(acme, "live", actor=owner, now=now(), **about)
    export.folder.mkdir(parents=True)
    (export.folder / "events.csv").write_text("4711")
    return export


def passed() -> Erasure:
    """The next round."""
    [asked] = Erasure.objects.all()
    erasure.erase(asked.pk, now())
    asked.refresh_from_db()
    return asked


def events(workspace) -> int:
    return store.query("SELECT count() FROM events", dataset_id=workspace.dataset_id()).rows[0][0]


def test_the_button_on_the_page_erases_and_the_list_says_how_far_it_is(as_admin, acme):
    page = as_admin.get(f"/w/acme/people/{PERSON}/").content.decode()
    before = as_admin.post(f"/w/acme/people/{PERSON}/erase/", follow=True).content.decode()
    passed()
    after = as_admin.get("/o/acme/erasures/").content.decode()

    assert f'action="/w/acme/people/{PERSON}/erase/"' in page
    assert "begins within a minute" in before and "hidden; what was on its way follows" in after
    assert as_admin.get(f"/w/acme/people/{PERSON}/").status_code == 404


def test_the_api_erases_and_tells(as_admin, acme):
    answer = as_admin.delete(f"/api/v1/analytics/people/{PERSON}")
    asked = passed()
    told = as_admin.get(f"/api/v1/erasures/{asked.uid}").json()

    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    assert events(acme) == 0
    assert told["hidden_at"] and told["deleted"]["events"] == told["deleted"]["exports"] == 1
    assert as_admin.get("/api/v1/erasures").json() == {"erasures": [told]}


def test_files_that_may_name_the_person_go(as_admin, seen):
    as_admin.delete(f"/api/v1/analytics/people/{PERSON}")
    passed()

    assert not Export.objects.exists() and not seen.folder.exists()


def test_files_of_a_deleted_workspace_go(acme, owner, seen):
    dataset = acme.dataset_id()
    organizations.delete_workspace(acme, actor=owner, now=now())
    passed()

    assert store.query("SELECT count() FROM events", dataset_id=dataset).rows == [(0,)]
    assert not seen.folder.exists()


def test_an_analyst_erases_nobody(as_analyst, acme):
    answers = [
        as_analyst.post(f"/w/acme/people/{PERSON}/erase/"),
        as_analyst.delete(f"/api/v1/analytics/people/{PERSON}"),
        as_analyst.get("/o/acme/erasures/"),
        as_analyst.get("/api/v1/erasures"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert "Erase" not in as_analyst.get(f"/w/acme/people/{PERSON}/").content.decode()
    assert events(acme) == 1


def test_somebody_elses_erasure_is_nobodys(as_admin, as_stranger, globex):
    as_admin.delete(f"/api/v1/analytics/people/{PERSON}")
    uid = Erasure.objects.get().uid

    assert as_stranger.get(f"/api/v1/erasures/{uid}").status_code == 404
    assert as_admin.delete("/api/v1/analytics/people/nobody").status_code == 404


def test_a_frozen_cohort_says_how_many_are_left_on_it(as_admin, acme, owner):
    cohorts.save_people(acme, "live", name="Buyers", people=[PERSON, 4712, 4713], actor=owner, now=now())
    before = as_admin.get("/api/v1/analytics/cohorts").json()[0]["size"]
    as_admin.delete(f"/api/v1/analytics/people/{PERSON}")
    passed()

    assert (before, as_admin.get("/api/v1/analytics/cohorts").json()[0]["size"]) == (3, 2)
    assert '<td class="number">2</td>' in as_admin.get("/w/acme/cohorts/").content.decode()
