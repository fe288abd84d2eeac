"""The quarantine and the catalogue for programs: the same steps as by hand."""

import pytest
from django.test import Client

from tracking import tasks
from tracking.models import FixRule, Replay
from tracking.store import StoreUnavailable, quarantine
from tracking.tests import door
from workspaces.models import AuditEntry

pytestmark = pytest.mark.usefixtures("clock", "shop")
URL = "/api/v1/quarantine"
ABOUT = {"schema_id": "shop", "event": "purchase"}
CAST = ABOUT | {"action": "cast", "property": "total", "argument": "number"}


@pytest.fixture
def api(acme_secret):
    return Client(headers={"X-API-Key": acme_secret})


@pytest.fixture
def waiting(send, drain):
    send(*[{"order_id": f"A{total}", "total": total} for total in ("1", "2.5", "much")])
    drain()


def post(api, path, body):
    return api.post(f"{URL}/{path}", body, content_type="application/json")


def test_what_waits_is_listed_by_cause(api, waiting):
    (cause,) = api.get(URL).json()

    assert cause == ABOUT | {
        "cause": "type:total",
        "detail": "Send a number, not a string.",
        "events": 3,
        "first": "2026-03-10T12:00:00Z",
        "last": "2026-03-10T12:00:00Z",
    }


def test_a_rule_is_tried_and_then_applied(
    api, waiting, drain, counted, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks.run_replay, "delay", tasks.run_replay)
    tried = post(api, "preview", CAST).json()
    assert (tried["waiting"], tried["fits"], tried["left"]) == (
        3,
        2,
        [{"detail": "total: Send a number, not a string.", "events": 1}],
    )
    assert not FixRule.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        assert post(api, "rules", CAST).status_code == 201
    drain()

    assert counted() == [("A1", "1"), ("A2.5", "2.5")]
    assert [each["events"] for each in api.get(URL).json()] == [1]


def test_what_fits_now_is_replayed_and_the_rest_discarded(api, waiting):
    assert post(api, "replays", ABOUT).status_code == 201
    assert Replay.objects.get().event == "purchase"

    assert post(api, "discard", ABOUT | {"cause": "type:total"}).status_code == 204

    assert api.get(URL).json() == []
    assert AuditEntry.objects.filter(action="quarantine.discard").get().target == "purchase of shop: type:total"


def test_what_waits_for_a_schema_that_was_deleted_can_still_be_settled(api, waiting):
    assert api.delete("/api/v1/schemas/shop").status_code == 204

    assert post(api, "replays", ABOUT).status_code == 201
    assert post(api, "discard", ABOUT).status_code == 204

    assert api.get(URL).json() == []
    assert [post(api, path, ABOUT).status_code for path in ("replays", "discard")] == [404, 404]


def test_nothing_is_written_down_about_what_does_not_exist(api, event_store):
    for path in ("replays", "discard"):
        post(api, path, ABOUT | {"schema_id": "other"})

    assert not Replay.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="quarantine.").exists()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("rules", CAST | {"schema_id": "other"}, 404),
        ("preview", CAST | {"schema_id": "other"}, 404),
        ("replays", ABOUT | {"schema_id": "other"}, 404),
        ("discard", ABOUT | {"schema_id": "other"}, 404),
        ("rules", CAST | {"argument": "money"}, 422),
        ("rules", CAST | {"action": "explode"}, 422),
        ("preview", ABOUT, 422),
        ("discard", {}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(api, event_store, path, body, status):
    assert post(api, path, body).status_code == status


def test_reading_is_an_analysts_and_changing_an_administrators(as_analyst, as_viewer, event_store):
    assert as_analyst.get(URL).status_code == 200
    assert post(as_analyst, "preview", CAST).status_code == 200
    for path, body in (("rules", CAST), ("replays", ABOUT), ("discard", ABOUT)):
        assert post(as_analyst, path, body).status_code == 403
    assert as_viewer.get(URL).status_code == 403


def test_a_neighbour_sees_nothing_of_it(as_stranger, waiting):
    assert as_stranger.get(URL).json() == []
    assert post(as_stranger, "rules", CAST).status_code == 404
    post(as_stranger, "discard", ABOUT)
    assert not Replay.objects.exists()


def test_while_the_store_is_away_one_is_asked_to_come_again(api, event_store, monkeypatch):
    def away(*args, **kwargs):
        raise StoreUnavailable("refused")

    monkeypatch.setattr(quarantine, "query", away)

    assert (api.get(URL).status_code, api.get(URL).headers["Retry-After"]) == (503, "5")


def test_the_catalogue_can_be_read(api, acme, acme_key, drain, clock):
    door.post({"event_type": "signup", "properties": {"plan": "pro"}}, acme_key)
    drain()

    (event,) = api.get("/api/v1/catalogue").json()

    assert (event["name"], event["volume"], event["owner"]) == ("signup", 1, None)
    assert [(each["name"], each["kind"], each["examples"]) for each in event["properties"]] == [
        ("plan", "string", ["pro"])
    ]
