"""Whose numbers a request is about: the workspace and environment it names, and those of its key."""

import pytest
from django.test import Client

from analytics.tests.test_api import key_of
from analytics.tests.world import page_view, store_events
from tracking.models import Erasure

pytestmark = pytest.mark.usefixtures("event_store", "clock")
PERSON = "/api/v1/analytics/people/1"
ASKED = ("analytics/metrics", "analytics/people", "analytics/config", "quarantine", "exports", "annotations", "alerts")


def test_a_slip_in_the_environment_erases_nobody(acme, as_owner):
    store_events(acme.dataset_id(), [page_view("10:00", visitor=1)])

    refused = as_owner.delete(f"{PERSON}?env=tset")

    assert (refused.status_code, refused.json()["field"]) == (400, "env")
    assert refused.json()["detail"] == "env is live or test, not 'tset'."
    assert not Erasure.objects.exists()
    assert as_owner.get(PERSON).status_code == 200


@pytest.mark.parametrize("path", ASKED)
def test_no_other_word_stands_for_live(acme, as_owner, path):
    told = {env: as_owner.get(f"/api/v1/{path}?env={env}").status_code for env in ("live", "test", "LIVE", "tset", "")}

    assert told == {"live": 200, "test": 200, "LIVE": 400, "tset": 400, "": 200}


@pytest.mark.parametrize("path", ASKED)
def test_a_key_answers_for_its_own_environment_alone(acme, owner, path):
    told = {}
    for own in ("live", "test"):
        client = Client(headers={"X-API-Key": key_of(acme, owner, own, ("read", "admin"))})
        told[own] = [client.get(f"/api/v1/{path}{query}").status_code for query in ("", "?env=live", "?env=test")]

    assert told == {"live": [200, 200, 400], "test": [200, 400, 200]}


def test_the_refusal_says_which_key_to_use(acme, owner):
    refused = Client(headers={"X-API-Key": key_of(acme, owner)}).get("/api/v1/analytics/metrics?env=test").json()

    assert refused["detail"] == "This key is for live data. Leave env out, or use a test key."


NAMES = {"acme": 200, "uid": 200, "": 200, "globex": 404, "nonsense": 404, "globex uid": 404}


@pytest.mark.parametrize("path", ["analytics/metrics", "analytics/config", "annotations", "dashboards", "watermark"])
def test_a_workspace_named_beside_a_key_is_the_keys(acme, globex, owner, path):
    client = Client(headers={"X-API-Key": key_of(acme, owner)})
    uids = {"uid": str(acme.uid), "globex uid": str(globex.uid)}

    by_parameter = {name: client.get(f"/api/v1/{path}?workspace={uids.get(name, name)}").status_code for name in NAMES}
    by_header = {
        name: client.get(f"/api/v1/{path}", headers={"X-Tenant-Slug": uids.get(name, name)}).status_code
        for name in NAMES
    }

    assert by_parameter == by_header == NAMES


def test_nothing_is_written_where_the_key_alone_would_lead(acme, globex, owner):
    client = Client(headers={"X-API-Key": key_of(acme, owner, permissions=("read", "write"))})
    address, note = "/api/v1/annotations", {"text": "Released"}

    refused = client.post(f"{address}?workspace=globex", note, "application/json")

    assert refused.status_code == 404
    assert client.get(address).json() == []
    assert client.post(f"{address}?workspace=acme", note, "application/json").status_code == 201


@pytest.mark.parametrize("path", ["metrics", "trends", "people", "export.csv", "receipt", "receipt/trends"])
@pytest.mark.parametrize(
    ("dates", "says"),
    [
        ("to=2026-03-09", "Give from beside to"),
        ("to=garbage", "Give from beside to"),
        ("from=2026-03-09", "Give from and to as dates"),
        ("period=7d&to=zzz", "Send period=7d or from and to, not both."),
        ("period=7d&from=2026-03-01&to=2026-03-09", "Send period=7d or from and to, not both."),
        ("period=fortnight&from=2026-03-01&to=2026-03-09", "Unknown period 'fortnight'"),
    ],
)
def test_dates_that_would_not_count_are_refused(acme, as_owner, path, dates, says):
    refused = as_owner.get(f"/api/v1/analytics/{path}?{dates}")

    assert refused.status_code == 400
    assert says in refused.json()["detail"]


def test_dates_beside_a_name_give_way_on_a_page(acme, as_owner):
    assert as_owner.get("/w/acme/reports/trends/?period=7d&to=2026-03-09").status_code == 200
