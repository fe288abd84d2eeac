"""Dashboards over HTTP, as the second source document writes them."""

from typing import Any

import pytest
from django.test import Client

from analytics.dashboards import making
from analytics.models import Dashboard
from analytics.tests.world import goal, page_view, store_events
from config.lib import ratelimit
from config.lib.clock import now
from workspaces import api_keys
from workspaces.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
JSON = "application/json"
TWO: dict[str, Any] = {
    "name": "Sales",
    "description": "Mondays",
    "config": {
        "period": "yesterday",
        "widgets": [
            {"id": "visitors", "kind": "number", "metric": "visitors"},
            {"id": "pages", "kind": "table", "question": "by=page&m=visitors&m=pageviews"},
        ],
    },
    "is_public": False,
    "tags": ["sales"],
}


def make(client: Client, **changes: object) -> dict:
    response = client.post("/api/dashboards", TWO | changes, content_type=JSON)
    assert response.status_code == 201, response.content
    return response.json()


def test_an_analyst_makes_reads_changes_lists_and_deletes_a_dashboard(as_analyst, acme):
    made = make(as_analyst)
    address = f"/api/dashboards/{made['id']}"

    assert made["name"] == "Sales" and made["org_id"] == str(acme.organization.uid) and made["is_public"] is False
    assert [each["id"] for each in as_analyst.get("/api/dashboards").json()] == [made["id"]]
    changed = as_analyst.put(address, {"name": "Revenue", "is_public": True}, content_type=JSON).json()
    assert (changed["name"], changed["is_public"], changed["tags"]) == ("Revenue", True, ["sales"])
    assert as_analyst.delete(address).status_code == 204
    assert as_analyst.get(address).status_code == 404
    actions = AuditEntry.objects.filter(action__startswith="dashboard").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["dashboard.created", "dashboard.changed", "dashboard.deleted"]


def test_a_template_is_what_a_new_dashboard_begins_with_and_nothing_else(as_analyst, acme):
    made = as_analyst.post("/api/dashboards", {"name": "Shop", "template": "ecommerce"}, content_type=JSON).json()

    assert "template" not in made and made["config"]["widgets"][4]["kind"] == "funnel"
    address = f"/api/dashboards/{made['id']}"
    for refused in (
        as_analyst.post("/api/dashboards", TWO | {"template": "saas"}, content_type=JSON),
        as_analyst.post("/api/dashboards", {"name": "Shop", "template": "zoo"}, content_type=JSON),
        as_analyst.put(address, {"template": "saas"}, content_type=JSON),
    ):
        assert refused.status_code == 422 and "template" in refused.content.decode()
    assert as_analyst.get(address).json()["config"] == made["config"]


def test_data_holds_the_name_the_widgets_and_the_metrics_by_name(as_analyst, acme, event_store):
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("10:01", "/b"), page_view("11:00", "/a", 2)])

    data = as_analyst.get(f"/api/dashboards/{make(as_analyst)['id']}/data").json()

    assert data["name"] == "Sales"
    number, table = data["widgets"]
    assert data["metrics"][number["metric"]] == 2
    assert (table["columns"], table["rows"]) == (["page", "visitors", "pageviews"], [["/a", 2, 2], ["/b", 1, 1]])


def test_data_takes_another_period_and_more_filters(as_analyst, acme, event_store):
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("2026-03-01T11:00", "/b", 2)])
    address = f"/api/dashboards/{make(as_analyst)['id']}/data"

    assert as_analyst.get(address).json()["metrics"] == {"visitors": 1}
    assert as_analyst.get(address + "?period=28d").json()["metrics"] == {"visitors": 2}
    assert as_analyst.get(address + "?period=28d&f=is,page,/b").json()["metrics"] == {"visitors": 1}
    refused = as_analyst.get(address + "?period=fortnight")
    assert refused.status_code == 400 and refused.json()["field"] == "period"


def test_filters_of_the_dashboard_hold_for_every_widget(as_analyst, acme, event_store):
    store_events(
        acme.dataset_id(), [page_view("10:00", "/a"), page_view("11:00", "/b", 2), page_view("11:00", "/b", 3)]
    )
    config = TWO["config"] | {"filters": [["is", "page", ["/b"]]]}

    data = as_analyst.get(f"/api/dashboards/{make(as_analyst, config=config)['id']}/data").json()

    assert data["metrics"] == {"visitors": 2}
    assert data["widgets"][1]["rows"] == [["/b", 2, 2]]


@pytest.mark.parametrize(
    ("widget", "rows"),
    [
        ({"kind": "number", "question": {"series": [{"metric": "pageviews"}]}}, [["Page views", 3, 0]]),
        ({"kind": "bar", "question": "by=page"}, [["/a", 2], ["/b", 1]]),
        ({"kind": "map"}, [["", 1], ["DE", 1]]),
        ({"kind": "text", "text": "Hello"}, []),
    ],
)
def test_every_kind_tells_its_numbers(as_analyst, acme, event_store, widget, rows):
    sent = [page_view("10:00", "/a", client={"country": "DE"}), page_view("10:02", "/b", client={"country": "DE"})]
    store_events(acme.dataset_id(), [*sent, page_view("10:03", "/a", 2)])
    made = make(as_analyst, config={"period": "yesterday", "widgets": [widget]})

    (found,) = as_analyst.get(f"/api/dashboards/{made['id']}/data").json()["widgets"]

    assert (found["rows"], found["error"]) == (rows, "")


def test_a_heat_map_tells_the_mean_of_each_hour_of_the_week(as_analyst, acme, event_store):
    sent = [page_view("10:00"), page_view("10:30"), page_view("2026-03-02T10:00", visitor=2)]  # two Mondays
    store_events(acme.dataset_id(), sent)
    widgets = [{"kind": "heatmap", "question": "m=pageviews"}]
    made = make(as_analyst, config={"period": "28d", "widgets": widgets})

    (found,) = as_analyst.get(f"/api/dashboards/{made['id']}/data").json()["widgets"]

    assert len(found["rows"]) == 7 * 24
    assert [row for row in found["rows"] if row[2]] == [["Mon", 10, 0.75]]  # three views on four Mondays


def test_reports_as_widgets_tell_the_numbers_of_the_reports(as_analyst, acme, event_store):
    store_events(acme.dataset_id(), [page_view("10:00"), goal("10:01", "signup"), page_view("10:05", visitor=2)])
    steps = {"steps": [{"page": "/"}, {"goal": "signup"}]}
    widgets = [
        {"kind": "funnel", "question": steps},
        {"kind": "retention", "question": "unit=day&columns=4"},
        {"kind": "paths", "question": "of=events"},
        {"kind": "series", "question": "s=visits&show=bar"},
        {"kind": "live"},
    ]
    made = make(as_analyst, config={"period": "yesterday", "widgets": widgets})

    funnel, retention, paths, series, live = as_analyst.get(f"/api/dashboards/{made['id']}/data").json()["widgets"]

    assert [row[3] for row in funnel["rows"]] == [2, 1]
    assert retention["rows"][0][1] == 2
    assert paths["rows"] and series["columns"][:2] == ["start", "Visits"]
    assert len(live["rows"]) == 30 and {row[1] for row in live["rows"]} == {0}


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"widgets": [{"kind": "pie"}]}, "kind"),
        ({"widgets": [{"kind": "number", "metric": "vistors"}]}, "vistors"),
        ({"widgets": [{"kind": "number", "question": "s=visitors&s=visits"}]}, "one series"),
        ({"widgets": [{"kind": "table", "question": "by=page&m=exit_rate&m=nothing"}]}, "nothing"),
        ({"widgets": [{"kind": "number", "w": 13}]}, "1 to 12"),
        ({"widgets": [{"id": "a"}, {"id": "a"}]}, "same id"),
        ({"widgets": [{"kind": "heatmap", "question": "m=exit_rate"}]}, "exit_rate"),
        ({"period": "custom"}, "period"),
        ({"filters": [["is", "colour", ["red"]]]}, "colour"),
        ([], "config is an object"),
        ({"widgets": "none"}, "list"),
    ],
)
def test_a_config_that_cannot_be_shown_is_refused_with_what_to_write_instead(as_analyst, config, says):
    refused = as_analyst.post("/api/dashboards", {"name": "X", "config": config}, content_type=JSON)

    assert refused.status_code == 400 and says in refused.json()["detail"]
    assert not Dashboard.objects.exists()


def test_who_saves_an_older_revision_is_told_so(as_analyst):
    made = make(as_analyst)
    address = f"/api/dashboards/{made['id']}"
    as_analyst.put(address, {"name": "B", "revision": 1}, content_type=JSON)

    refused = as_analyst.put(address, {"name": "C", "revision": 1}, content_type=JSON)

    assert refused.status_code == 409 and refused.json()["revision"] == 2
    assert as_analyst.get(address).json()["name"] == "B"


def test_a_viewer_sees_the_public_and_the_assigned_and_changes_none(as_analyst, as_viewer, viewer):
    hidden, public, assigned = (make(as_analyst, name=name) for name in ("Hidden", "Public", "Assigned"))
    as_analyst.put(f"/api/dashboards/{public['id']}", {"is_public": True}, content_type=JSON)
    as_analyst.put(f"/api/dashboards/{assigned['id']}", {"viewers": [viewer.email]}, content_type=JSON)

    assert [each["name"] for each in as_viewer.get("/api/dashboards").json()] == ["Assigned", "Public"]
    assert as_viewer.get(f"/api/dashboards/{hidden['id']}/data").status_code == 404
    assert as_viewer.get(f"/api/dashboards/{public['id']}").status_code == 200
    assert as_viewer.put(f"/api/dashboards/{public['id']}", {"name": "X"}, content_type=JSON).status_code == 403
    assert as_viewer.delete(f"/api/dashboards/{assigned['id']}").status_code == 403
    assert as_viewer.post("/api/dashboards", TWO, content_type=JSON).status_code == 403


def test_an_address_that_is_nobodys_cannot_be_assigned(as_analyst, stranger):
    refused = as_analyst.post("/api/dashboards", TWO | {"viewers": [stranger.email]}, content_type=JSON)

    assert refused.status_code == 422 and refused.json()["field"] == "viewers"


def test_a_copy_belongs_to_nobody_else(as_analyst, viewer):
    made = make(as_analyst, is_public=True, viewers=[viewer.email])

    copy = as_analyst.post(f"/api/dashboards/{made['id']}/duplicate").json()

    assert (copy["name"], copy["is_public"], copy["assigned_to"]) == ("Sales (copy)", False, [])
    assert copy["config"] == made["config"]


def test_strangers_get_what_is_not_there(as_analyst, as_stranger):
    address = f"/api/dashboards/{make(as_analyst)['id']}"

    for response in (as_stranger.get(address), as_stranger.get(address + "/data"), as_stranger.delete(address)):
        assert response.status_code == 404
    assert as_stranger.get("/api/dashboards").json() == []


def test_a_key_reads_with_read_and_builds_with_write(as_analyst, acme, owner, event_store):
    about = {"actor": owner, "now": now(), "kind": "secret"}
    reads = api_keys.issue(acme, name="reads", permissions=["read"], **about)[1]
    builds = api_keys.issue(acme, name="builds", permissions=["read", "write"], **about)[1]
    made = make(as_analyst)
    client = Client()

    def asks(method: str, path: str, key: str, body: object = None) -> int:
        headers = {"X-API-Key": key}
        return getattr(client, method)(path, body, content_type=JSON, headers=headers).status_code

    assert asks("get", f"/api/dashboards/{made['id']}/data", reads) == 200
    assert asks("post", "/api/dashboards", reads, TWO) == 403
    assert asks("post", "/api/dashboards", builds, TWO) == 201
    assert asks("put", f"/api/dashboards/{made['id']}", reads, {"name": "B"}) == 403
    assert asks("delete", f"/api/dashboards/{made['id']}", builds) == 204


def test_lists_are_narrowed_by_tag_and_by_name(as_analyst):
    make(as_analyst, name="Sales Europe", tags=["eu"])
    make(as_analyst, name="Sales Asia", tags=["asia"])

    assert [each["name"] for each in as_analyst.get("/api/dashboards?tag=eu").json()] == ["Sales Europe"]
    assert [each["name"] for each in as_analyst.get("/api/dashboards?search=asia").json()] == ["Sales Asia"]


def test_a_widget_whose_segment_is_gone_says_so_and_the_others_stand(as_analyst, acme, owner, event_store):
    body = {"name": "Paying", "filters": [["is", "page", ["/a"]]]}
    segment = as_analyst.post("/api/analytics/segments", body, content_type=JSON).json()["id"]
    widgets = [{"kind": "number", "question": f"s=visitors;segment,{segment}"}, {"kind": "number"}]
    made = make(as_analyst, config={"period": "yesterday", "widgets": widgets})
    as_analyst.delete(f"/api/analytics/segments/{segment}")

    first, second = as_analyst.get(f"/api/dashboards/{made['id']}/data").json()["widgets"]

    assert "There is no segment" in first["error"] and second["error"] == "" and second["rows"]


def test_a_ticket_is_for_the_page_that_is_named_and_for_none_by_mistake(as_analyst, acme):
    address = f"/api/dashboards/{make(as_analyst)['id']}/live"

    refused = as_analyst.post(address, {"orgin": "https://app.example.com"}, content_type=JSON)

    assert refused.status_code == 422 and "Unknown field orgin. Did you mean origin?" in refused.content.decode()
    assert as_analyst.post(address, {"origin": "https://app.example.com"}, content_type=JSON).status_code == 201
    assert as_analyst.post(address, {}, content_type=JSON).status_code == 201


def test_who_makes_and_deletes_without_end_is_told_to_wait(as_analyst, acme, monkeypatch):
    ratelimit.forget()
    monkeypatch.setattr(making, "PACE", ratelimit.Limit(rate=0.01, burst=2))
    for _ in range(2):
        as_analyst.delete(f"/api/dashboards/{make(as_analyst)['id']}")

    refused = as_analyst.post("/api/dashboards", TWO, content_type=JSON)

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_dashboards")
    assert int(refused.headers["Retry-After"]) > 0
    assert not Dashboard.objects.exists()
