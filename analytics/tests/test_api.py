"""The analytics API as programs meet it: what it answers, to whom, and what it refuses."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from analytics.exports import csv_of
from analytics.query import run
from analytics.tests.world import Sent, click, goal, page, page_view, store_events
from config.testing.world import NOW
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("event_store", "clock")
QUERY, METRICS = "/api/v1/analytics/query", "/api/v1/analytics/metrics"
EVENTS, EXPORT = "/api/v1/analytics/events", "/api/v1/analytics/export.csv"
YESTERDAY = {"from": "2026-03-09", "to": "2026-03-09"}


def key_of(workspace, owner, environment="live", permissions=("read",)):
    return api_keys.issue(
        workspace,
        name="Reports",
        actor=owner,
        now=NOW,
        kind="secret",
        environment=environment,
        permissions=list(permissions),
    )[1]


@pytest.fixture
def as_key(acme, owner):
    """A program with a secret key of Acme that may read."""
    return Client(headers={"X-API-Key": key_of(acme, owner)})


@pytest.fixture
def busy(acme):
    """Two visitors, three visits, four page views and a goal on the 9th; one page view on the 8th."""
    store_events(
        acme.dataset_id(),
        [
            page_view("2026-03-08T10:00", visitor=3),
            page_view("08:00"), page_view("08:01", "/docs"), goal("08:02", "signup"), page_view("20:00"),
            page_view("09:00", visitor=2, client={"country": "DE"}),
        ],
    )  # fmt: skip
    return acme


def ask(client, **question):
    return client.post(QUERY, {"period": YESTERDAY} | question, "application/json")


def test_a_question_is_answered_with_numbers_units_and_definitions(busy, as_key):
    answer = ask(as_key, metrics=["visitors", "pageviews"], dimensions=["page"], compare="previous").json()

    assert answer["rows"] == [
        {
            "keys": ["/"],
            "values": {"visitors": 2, "pageviews": 3},
            "before": {"visitors": 1, "pageviews": 1},
            "partial": False,
            "other": False,
        },
        {
            "keys": ["/docs"],
            "values": {"visitors": 1, "pageviews": 1},
            "before": {"visitors": 0, "pageviews": 0},
            "partial": False,
            "other": False,
        },
    ]
    assert (answer["totals"], answer["totals_before"]) == (
        {"visitors": 2, "pageviews": 4},
        {"visitors": 1, "pageviews": 1},
    )
    assert answer["change"] == {"visitors": 100.0, "pageviews": 300.0}
    assert answer["period"] == {
        "key": "custom",
        "start": "2026-03-09T00:00:00+00:00",
        "end": "2026-03-10T00:00:00+00:00",
        "deleted_before": None,
    }
    assert answer["group_count"] == 2
    assert answer["exact"] is True
    assert answer["definitions"]["visitors"]["unit"] == "count"
    assert answer["definitions"]["visitors"]["description"].startswith("Different visitors")


def test_the_metrics_of_a_period_also_under_the_first_clients_names(busy, as_key):
    answer = as_key.get(METRICS, {"from": "2026-03-09", "to": "2026-03-09"}).json()

    assert {name: answer[name] for name in ("page_views", "unique_visitors", "sessions")} == {
        "page_views": 4, "unique_visitors": 2, "sessions": 3,
    }  # fmt: skip
    assert answer["metrics"] == {
        "visitors": 2, "visits": 3, "pageviews": 4, "views_per_visit": 1.33, "bounce_rate": pytest.approx(200 / 3),
        "visit_duration": 40.0, "visit_duration_median": 0.0, "events": 5, "engaged_time": 0.0,
    }  # fmt: skip
    assert answer["before"] is None


def test_chosen_metrics_filtered_and_compared(busy, as_key):
    asked = {"period": "yesterday", "metrics": "visits,events", "f": "is,country,DE", "compare": "previous"}

    answer = as_key.get(METRICS, asked).json()

    assert answer["metrics"] == {"visits": 1, "events": 1}
    assert answer["before"] == {"visits": 0, "events": 0}
    assert answer["change"] == {"visits": None, "events": None}


def test_both_addresses_answer(busy, as_key):
    assert as_key.get("/api/analytics/metrics").status_code == 200


def test_page_api_and_csv_say_the_same(busy, as_key):
    result = run(page(busy).query("visitors", "bounce_rate", dimensions=("country",)), NOW)
    answer = ask(as_key, metrics=["visitors", "bounce_rate"], dimensions=["country"]).json()
    header, *lines = csv.reader(io.StringIO("".join(csv_of(result))))

    assert header == ["country", "visitors", "bounce_rate (%)"]
    assert [[*row["keys"], *map(str, row["values"].values())] for row in answer["rows"]] == lines
    assert [[*row.keys, *map(str, row.values.values())] for row in result.rows] == lines


@pytest.mark.parametrize("url", [METRICS, EVENTS, EXPORT])
def test_nobody_in_particular_is_told_to_authenticate(url, anonymous):
    refused = anonymous.get(url)

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"]
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_a_publishable_key_may_not_read(busy, acme_key):
    refused = ask(Client(headers={"X-API-Key": acme_key}), metrics=["visitors"])

    assert (refused.status_code, refused.json()["code"]) == (403, "key_permission")


def test_a_key_for_test_data_sees_test_data_only(busy, owner):
    store_events(busy.dataset_id("test"), [page_view("10:00", visitor=n) for n in (7, 8, 9)])

    answer = ask(Client(headers={"X-API-Key": key_of(busy, owner, "test")})).json()

    assert answer["totals"] == {"visitors": 3}


@pytest.mark.parametrize("named", ["slug", "uid", "header"])
def test_a_member_names_the_workspace(busy, as_analyst, named):
    parameters = {"slug": "?workspace=acme", "uid": f"?workspace={busy.uid}", "header": ""}[named]
    headers = {"X-Tenant-Slug": "acme"} if named == "header" else {}

    answer = as_analyst.get(
        f"{METRICS}{parameters}", {"period": "yesterday"} if named == "header" else None, headers=headers
    )

    assert answer.status_code == 200


def test_a_stranger_does_not_learn_that_the_workspace_is_there(busy, as_stranger):
    refusals = [as_stranger.get(f"{METRICS}?workspace={name}") for name in ("acme", "no-such-workspace")]

    assert [each.status_code for each in refusals] == [404, 404]
    bodies = [json.loads(each.content) | {"request_id": ""} for each in refusals]
    assert bodies[0] == bodies[1]


def test_roles_reach_as_far_as_their_table_says(busy, as_viewer, as_analyst, as_admin):
    reached = {
        name: [client.get(f"{url}?workspace=acme").status_code for url in (METRICS, EVENTS, EXPORT)]
        for name, client in {"viewer": as_viewer, "analyst": as_analyst, "admin": as_admin}.items()
    }

    assert reached == {"viewer": [200, 403, 403], "analyst": [200, 200, 403], "admin": [200, 200, 200]}


def test_what_cannot_be_answered_says_what_to_send(as_key):
    refused = ask(as_key, metrics=["vistors"])

    assert refused.status_code == 400
    body = refused.json()
    assert (body["code"], body["field"]) == ("invalid_query", "metrics")
    assert body["detail"].startswith("Unknown metric 'vistors'. Did you mean 'visitors'?")


def test_a_store_that_is_away_is_no_fault_of_the_question(as_key, settings):
    settings.EVENT_STORE_URL = "http://default:@127.0.0.1:9/nothing"

    refused = ask(as_key, metrics=["visitors"])

    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
    assert refused.headers["Retry-After"] == "5"


def test_events_come_newest_first_with_all_that_is_known(acme, as_key):
    props = {"plan": "pro", "formula": "=1+1"}
    store_events(
        acme.dataset_id(),
        [
            page_view("08:00", "/a"),
            Sent("08:00:00.500", "custom", "/b", 1, "chosen", client={"country": "DE"}, fields={"props": props}),
        ],
    )

    found = as_key.get(EVENTS, YESTERDAY).json()

    newest, oldest = found["events"]
    assert (newest["name"], newest["type"], newest["path"], newest["country"]) == ("chosen", "custom", "/b", "DE")
    assert newest["properties"] == props
    assert datetime.fromisoformat(newest["at"]) == datetime(2026, 3, 9, 8, 0, 0, 500_000, tzinfo=UTC)
    assert newest["session_id"] == oldest["session_id"]
    assert isinstance(newest["session_id"], str)
    assert found["next_cursor"] is None


def test_a_list_is_walked_by_cursor_without_gaps_or_repeats_even_in_one_millisecond(acme, as_key):
    sent = [click("2026-03-03T10:00", visitor=n) for n in range(7)] + [
        click(f"2026-03-09T10:00:{n:02}") for n in range(8)
    ]
    store_events(acme.dataset_id(), sent)
    asked = {"period": "7d", "limit": "4"}

    pages = [as_key.get(EVENTS, asked).json()]
    while pages[-1]["next_cursor"]:
        pages.append(as_key.get(EVENTS, asked | {"cursor": pages[-1]["next_cursor"]}).json())

    events = [event for each in pages for event in each["events"]]
    assert [len(each["events"]) for each in pages] == [4, 4, 4, 3]
    assert len({event["id"] for event in events}) == 15
    assert [event["at"] for event in events] == sorted((event["at"] for event in events), reverse=True)


def test_events_are_filtered_as_everything_is(busy, as_key):
    found = as_key.get(EVENTS, {"period": "yesterday", "f": ["is,type,page_view", "is,page,/docs"]}).json()

    assert [event["path"] for event in found["events"]] == ["/docs"]


def test_a_cursor_of_another_workspace_or_a_forged_one_is_refused(busy, globex, stranger, as_key):
    theirs = Client(headers={"X-API-Key": key_of(globex, stranger)})
    store_events(globex.dataset_id(), [page_view("10:00"), page_view("10:01")])
    cursor = theirs.get(EVENTS, {"period": "yesterday", "limit": "1"}).json()["next_cursor"]

    for each in (cursor, "forged", cursor[:-2]):
        refused = as_key.get(EVENTS, {"period": "yesterday", "cursor": each})
        assert (refused.status_code, refused.json()["field"]) == (400, "cursor")


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many"])
def test_a_limit_out_of_bounds_is_refused(as_key, limit):
    assert as_key.get(EVENTS, {"limit": limit}).json()["field"] == "limit"


def rows_of(response):
    return list(csv.DictReader(io.StringIO("".join(part.decode() for part in response.streaming_content))))


def test_an_export_holds_the_events_of_its_days_and_is_written_down(acme, as_admin):
    props = {"note": "=cmd()"}
    store_events(
        acme.dataset_id(),
        [
            page_view("2026-03-08T23:59:59"),
            Sent("10:00", "custom", "/", 1, "=2+2", fields={"props": props, "title": "@x"}),
        ],
    )

    response = as_admin.get(f"{EXPORT}?workspace=acme", YESTERDAY | {"workspace": "acme"})

    (row,) = rows_of(response)
    assert response.headers["Content-Disposition"] == 'attachment; filename="acme-events.csv"'
    assert (row["name"], row["title"]) == ("'=2+2", "'@x")
    assert json.loads(row["properties"]) == props
    entry = acme.organization.audit_entries.get(action="events.exported")
    assert (entry.actor, entry.target) == ("admin@example.com", "1 rows")


def test_an_export_ends_at_the_row_limit_and_says_so(acme, as_admin, settings):
    settings.EXPORT_MAX_ROWS = 2
    store_events(acme.dataset_id(), [page_view(f"10:0{n}") for n in range(5)])

    response = as_admin.get(EXPORT, {"period": "yesterday", "workspace": "acme"})

    assert (response.headers["X-Total-Rows"], response.headers["X-Row-Limit"]) == ("5", "2")
    assert [row["at"][11:16] for row in rows_of(response)] == ["10:04", "10:03"]


def test_the_schema_knows_the_analytics_api(client, db):
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})

    assert schema.status_code == 200
    for address in (QUERY, METRICS, EVENTS, EXPORT):
        assert address in schema.content.decode()
