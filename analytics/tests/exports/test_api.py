"""Exports by the API: the request of a program, from asking to the checksum."""

import hashlib

import pytest

from analytics.models import Export
from analytics.tasks import make_export
from analytics.tests.world import page_view, store_events
from config.testing.world import NOW
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("event_store", "clock")
ASKED = {"source": "events", "format": "json", "parameters": "from=2026-03-09&to=2026-03-09"}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_asked_watched_and_fetched(anonymous, acme, acme_secret):
    store_events(acme.dataset_id(), [page_view("10:00"), page_view("11:00")])
    key = {"X-API-Key": acme_secret}

    made = anonymous.post("/api/v1/exports", ASKED, "application/json", headers=key)
    make_export(Export.objects.get().pk)
    done = anonymous.get(f"/api/v1/exports/{made.json()['id']}", headers=key).json()
    raw = b"".join(anonymous.get(done["download_url"]).streaming_content)

    assert (made.status_code, made.json()["state"], made.json()["download_url"]) == (202, "waiting", None)
    assert (done["state"], done["percent"], done["rows"]) == ("done", 100, 2)
    assert done["manifest"]["sha256"] == hashlib.sha256(raw).hexdigest()
    assert anonymous.get("/api/v1/exports", headers=key).json()["exports"] == [done]


def test_a_key_for_reading_may_not_export(anonymous, acme, owner, clock):
    _, raw = api_keys.issue(acme, name="R", actor=owner, now=NOW, kind="secret", permissions=["read"])

    answer = anonymous.post("/api/v1/exports", ASKED, "application/json", headers={"X-API-Key": raw})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "change, status, says",
    [
        ({"source": "nothing"}, 422, "nothing"),
        ({"format": "exe"}, 422, "exe"),
        ({"parameters": "period=fortnight"}, 400, "fortnight"),
        ({"parameters": "form=2026-03-01&until=2026-03-09"}, 400, "Unknown parameter 'form'. Did you mean 'from'?"),
        ({"parameters": "0"}, 400, "Unknown parameter '0'."),
        ({"parameters": "to=2026-03-09"}, 400, "Give from beside to"),
        ({"parameters": "period=7d&to=2026-03-09"}, 400, "Send period=7d or from and to, not both."),
        ({"parameters": "env=test"}, 400, "?env=test"),
        ({"source": "funnel", "parameters": "period=7d&step=nonsense("}, 400, ""),
    ],
)
def test_what_makes_no_sense_is_refused_before_anybody_works_on_it(
    anonymous, acme_secret, change, status, says
):  # fmt: skip
    answer = anonymous.post(
        "/api/v1/exports", ASKED | change, "application/json", headers={"X-API-Key": acme_secret}
    )  # fmt: skip

    assert answer.status_code == status
    assert says in answer.content.decode()
    assert not Export.objects.exists()


def test_deleting_takes_the_link_away(anonymous, acme_secret):
    key = {"X-API-Key": acme_secret}
    made = anonymous.post("/api/v1/exports", ASKED, "application/json", headers=key).json()
    make_export(Export.objects.get().pk)
    link = anonymous.get(f"/api/v1/exports/{made['id']}", headers=key).json()["download_url"]

    assert anonymous.delete(f"/api/v1/exports/{made['id']}", headers=key).status_code == 204
    assert anonymous.get(link).status_code == 404
    assert anonymous.get(f"/api/v1/exports/{made['id']}", headers=key).status_code == 404


@pytest.mark.parametrize("kind, magic", [("xlsx", b"PK"), ("json", b"["), ("parquet", b"PAR1"), ("csv", b"id,")])
def test_events_at_once_in_every_format(anonymous, acme, acme_secret, kind, magic):
    store_events(acme.dataset_id(), [page_view("10:00")])

    answer = anonymous.get(
        f"/api/v1/analytics/export.{kind}?from=2026-03-09&to=2026-03-09", headers={"X-API-Key": acme_secret}
    )

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(magic)
    assert answer.headers["X-Row-Limit"] == "50000"
