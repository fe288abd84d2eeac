"""Alerts over HTTP, with the fields of the table that the product was ordered with."""

import json

import pytest
from django.core import mail
from django.test import Client

from analytics.models import AlertRule
from analytics.tests.alerts.world import SECRET, kinds, views, webhook, work
from analytics.tests.test_api import key_of
from config.testing.vendor import Reply

pytestmark = pytest.mark.usefixtures("event_store", "clock")
API = "/api/alerts"
# name, metric_query, condition_type, threshold_value, notification_channels, is_active: as the order lists them.
ORDERED = {
    "name": "High error rate",
    "metric_query": "events;is,event,error",
    "condition_type": "above",
    "threshold_value": 2,
    "notification_channels": ["email", "slack", "webhook"],
    "is_active": True,
}


@pytest.fixture
def as_key(acme, owner):
    return Client(headers={"X-API-Key": key_of(acme, owner, permissions=("read", "admin"))})


@pytest.fixture
def hooks(acme, as_key, vendor):
    """A Slack and a webhook channel, made over HTTP."""
    slack = {"kind": "slack", "name": "#ops", "settings": {"url": vendor.url + "/slack"}}
    pager = {"kind": "webhook", "name": "Pager", "settings": {"url": vendor.url + "/hook", "secret": SECRET}}
    made = [as_key.post("/api/channels", each, "application/json") for each in (slack, pager)]
    assert [each.status_code for each in made] == [201, 201]
    return [each.json() for each in made]


def test_an_alert_as_it_was_ordered(acme, owner, as_key, hooks, vendor):
    answer = as_key.post(API, ORDERED, "application/json")
    made = answer.json()

    assert answer.status_code == 201, made
    assert [made[name] for name in ORDERED if name != "notification_channels"] == [*ORDERED.values()][:4] + [True]
    assert [each["kind"] for each in made["notification_channels"]] == ["slack", "webhook", "email"]
    assert (made["last_triggered_at"], made["created_by"], made["created_at"]) == (None, None, "2026-03-10T12:00:00Z")
    assert as_key.get(API).json() == [made]
    assert as_key.get(f"{API}/{made['id']}").json() == made
    assert as_key.get(f"/api/v1/alerts/{made['id']}").json() == made


def test_what_was_read_can_be_sent_back(as_key, hooks):
    made = as_key.post(API, ORDERED, "application/json").json()
    again = as_key.put(f"{API}/{made['id']}", made, "application/json")

    assert again.status_code == 200, again.json()
    assert again.json() == made


def test_a_change_of_one_field_leaves_the_others(as_key, hooks):
    made = as_key.post(API, ORDERED, "application/json").json()
    changed = as_key.put(f"{API}/{made['id']}", {"threshold_value": 7.5}, "application/json").json()

    assert changed["threshold_value"] == 7.5
    assert {**changed, "threshold_value": 2} == made


def test_deleted_it_is_gone(as_key, hooks):
    made = as_key.post(API, ORDERED, "application/json").json()

    assert as_key.delete(f"{API}/{made['id']}").status_code == 204
    assert as_key.get(f"{API}/{made['id']}").status_code == 404


def test_the_test_says_the_value_and_reaches_every_channel(acme, as_key, hooks, vendor):
    made = as_key.post(API, ORDERED | {"metric_query": "pageviews"}, "application/json").json()
    views(acme, 3)
    vendor.respond = lambda received: Reply(200, b"ok") if received.path == "/slack" else Reply(500)
    told = as_key.post(f"{API}/{made['id']}/test").json()

    assert (told["value"], told["would_fire"]) == (3, True)
    assert told["message"] == "Page views over the last hour: 3. Fires when above 2."
    assert told["sent"] == [
        {"channel": "#ops", "error": ""},
        {"channel": "Pager", "error": "Webhook answered 500: {}"},
        {"channel": "owner@example.com", "error": ""},
    ]
    assert mail.outbox[0].subject == "Test: High error rate (Acme)"
    assert all("This is a test." in each.body.decode() for each in vendor.requests)
    rule = AlertRule.objects.get()
    assert (rule.status, rule.changes.count()) == ("waiting", 0)


def test_nobody_tests_all_day(as_key, hooks):
    made = as_key.post(API, ORDERED | {"notification_channels": []}, "application/json").json()
    answers = [as_key.post(f"{API}/{made['id']}/test") for _ in range(12)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_history_acknowledge_and_snooze(acme, owner, as_owner, as_key, vendor, clock):
    hook = webhook(acme, vendor)
    body = ORDERED | {"metric_query": "pageviews", "notification_channels": [str(hook.uid)], "window_minutes": 10}
    made = as_key.post(API, body, "application/json").json()
    views(acme, 3)
    work()
    (fired,) = as_key.get(f"{API}/{made['id']}/history").json()

    assert (fired["kind"], fired["value"], fired["ended_at"], fired["acknowledged_by"]) == ("fired", 3, None, None)
    assert fired["notices"][0]["state"] == "sent"
    assert as_owner.post(f"{API}/{made['id']}/acknowledge").status_code == 200
    (seen,) = as_key.get(f"{API}/{made['id']}/history").json()
    assert seen["acknowledged_by"] == "owner@example.com"

    snoozed = as_key.post(f"{API}/{made['id']}/snooze", {"minutes": 60}, "application/json").json()
    assert snoozed["snoozed_until"] == "2026-03-10T13:00:00Z"
    clock.shift(3601)
    views(acme, 3)
    work()
    assert kinds(vendor) == ["fired", "fired"]
    woken = as_key.post(f"{API}/{made['id']}/snooze", {"until": None}, "application/json").json()
    assert woken["snoozed_until"] is None


@pytest.mark.parametrize("body", [{}, {"minutes": 0}, {"minutes": 5, "until": None}, {"until": "2020-01-01T00:00:00Z"},
                                  {"until": "2027-01-01T00:00:00Z"}, {"minutes": "x"}])  # fmt: skip
def test_a_snooze_that_makes_no_sense_is_refused(as_key, body):
    made = as_key.post(API, ORDERED | {"notification_channels": []}, "application/json").json()

    assert as_key.post(f"{API}/{made['id']}/snooze", body, "application/json").status_code == 422


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"metric_query": "vistors"}, 400, "Did you mean 'visitors'"),
        ({"condition_type": "over"}, 422, "condition_type"),
        ({"threshold_value": None}, 422, "threshold_value"),
        ({"threshold_value": "nan"}, 422, "threshold_value"),
        ({"threshold_value": 10**400}, 422, "threshold_value"),
        ({"threshold_value": 1e16}, 422, "Give a number between"),
        ({"notification_channels": ["pigeon"]}, 422, "There is no channel 'pigeon'"),
        ({"notification_channels": "email"}, 422, "Give a list"),
        ({"notification_channels": [[1]]}, 422, "There is no channel"),
        ({"notification_channels": ["slack"]}, 422, "The channels are: none yet"),
        ({"name": ""}, 422, "name"),
        ({"name": "x" * 81}, 422, "name"),
        ({"window_minutes": 0}, 422, "window_minutes"),
        ({"quiet_hours": "night"}, 422, "hours of the week"),
        ({"recovery_margin_pct": 101}, 422, "0 to 100"),
        ({"condition_type": "change", "threshold_value": 0}, 422, "above 0"),
        ({"condition_type": "change", "threshold_value": 5, "direction": "sideways"}, 422, "direction"),
    ],
)
def test_what_is_wrong_is_said(as_key, change, status, says):
    answer = as_key.post(API, ORDERED | {"notification_channels": []} | change, "application/json")

    assert (answer.status_code, says in json.dumps(answer.json())) == (status, True), answer.json()


def test_a_number_to_compare_with_is_needed_only_where_there_is_one(as_key):
    body = {"name": "Heartbeat", "metric_query": "events;is,event,beat"}

    assert as_key.post(API, body | {"condition_type": "below"}, "application/json").status_code == 422
    assert as_key.post(API, body | {"condition_type": "absence"}, "application/json").status_code == 201
    anomaly = as_key.post(API, body | {"condition_type": "anomaly"}, "application/json").json()
    assert anomaly["threshold_value"] == 3


def test_a_question_as_json(as_key):
    query = {"series": [{"metric": "completions"}, {"metric": "visitors"}], "formula": "A / B * 100"}
    body = {"name": "Rate", "metric_query": query, "condition_type": "below", "threshold_value": 2}
    made = as_key.post(API, body, "application/json").json()

    assert made["metric_query"] == "s=completions&s=visitors&formula=A+/+B+*+100"
    again = as_key.put(f"{API}/{made['id']}", {"metric_query": made["metric_query"]}, "application/json").json()
    assert again["metric_query"] == made["metric_query"]


def test_email_without_a_channel_of_its_own_means_whoever_asks(acme, analyst, as_analyst):
    made = as_analyst.post(API, ORDERED | {"notification_channels": ["email"]}, "application/json").json()

    assert [each["name"] for each in made["notification_channels"]] == ["analyst@example.com"]


def test_a_neighbours_channel_is_no_channel(acme, globex, as_key, vendor):
    hook = webhook(globex, vendor)
    answer = as_key.post(API, ORDERED | {"notification_channels": [str(hook.uid)]}, "application/json")

    assert answer.status_code == 422
    assert "Pager" not in answer.content.decode()


def test_a_test_key_watches_test_data(acme, owner):
    as_test = Client(headers={"X-API-Key": key_of(acme, owner, "test", ("read", "write"))})
    made = as_test.post(API, ORDERED | {"notification_channels": []}, "application/json").json()

    assert made["environment"] == "test"


# --- channels


def test_a_secret_goes_in_and_never_comes_out(as_key, hooks, vendor):
    text = as_key.get("/api/channels").content.decode()

    assert SECRET not in text and "/slack" not in text
    assert [each["name"] for each in json.loads(text)] == ["#ops", "Pager"]


def test_a_channel_is_tried_out_and_deleted(as_key, hooks, vendor):
    slack, pager = hooks
    vendor.answer(403, b"invalid_token")
    refused = as_key.post(f"/api/channels/{slack['id']}/test").json()

    assert refused == {"channel": "#ops", "error": "Slack answered 403: invalid_token"}
    assert as_key.delete(f"/api/channels/{pager['id']}").status_code == 204
    assert as_key.get(f"/api/channels/{pager['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"kind": "pigeon", "name": "x", "settings": {}}, "pigeon"),
        ({"kind": "slack", "name": "x", "settings": {}}, "Webhook address is needed"),
        ({"kind": "slack", "name": "x", "settings": {"url": "gopher://x"}}, "url"),
        ({"kind": "slack", "name": "x", "settings": {"url": "https://a.example"}, "env": "test"}, "Unknown field env"),
        ({"kind": "email", "name": "x", "settings": {"to": "somebody@elsewhere.example"}}, "no member"),
        ({"kind": "email", "name": "x\ny", "settings": {"to": "owner@example.com"}}, "name"),
        ({"kind": "webhook", "name": "x", "settings": {"url": "https://a.example", "secret": "short"}}, "24 random"),
    ],
)
def test_a_channel_that_cannot_work_is_refused(as_key, body, says):
    answer = as_key.post("/api/channels", body, "application/json")

    assert (answer.status_code, says in json.dumps(answer.json())) == (422, True), answer.json()


def test_an_analyst_makes_alerts_and_an_administrator_channels(as_analyst, as_admin, as_viewer, vendor):
    slack = {"kind": "slack", "name": "#ops", "settings": {"url": vendor.url}}
    alert = ORDERED | {"notification_channels": []}

    assert as_viewer.get(API).status_code == 403
    assert as_analyst.post(API, alert, "application/json").status_code == 201
    assert as_analyst.post("/api/channels", slack, "application/json").status_code == 403
    assert as_analyst.get("/api/channels").status_code == 200
    assert as_admin.post("/api/channels", slack, "application/json").status_code == 201


def test_a_refused_alert_leaves_no_channel_behind(as_analyst):
    wrong = ORDERED | {"notification_channels": ["email"], "metric_query": "vistors"}

    assert as_analyst.post(API, wrong, "application/json").status_code == 400
    assert as_analyst.get("/api/channels").json() == []
