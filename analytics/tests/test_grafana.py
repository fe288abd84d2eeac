"""Grafana: its protocol with a workspace's key, and every panel of the dashboards that come along."""

import json

import pytest
import yaml
from django.conf import settings
from django.test import Client

from analytics.api.grafana import views
from analytics.tests.world import Sent, page_view, store_events
from config.lib.ratelimit import Limit
from config.testing.world import NOW
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("event_store", "clock")
FOLDER = settings.BASE_DIR / "config" / "deploy" / "grafana"
BOARDS = sorted((FOLDER / "dashboards").glob("*.json"))
DAY = {"from": "2026-03-09T00:00:00.000Z", "to": "2026-03-10T00:00:00.000Z", "raw": {"from": "now-1d", "to": "now"}}


@pytest.fixture
def reading(acme, owner, clock):
    """The text of a secret key that may only read: the one to give to Grafana."""
    return api_keys.issue(acme, name="Grafana", actor=owner, now=NOW, kind="secret", permissions=["read"])[1]


@pytest.fixture
def grafana(reading):
    """Asks as Grafana's server does. The answer's JSON."""

    def post(path, body, status=200):
        answer = Client().post(f"/api/v1/grafana/{path}", body, "application/json", headers={"X-API-Key": reading})
        assert answer.status_code == status, answer.content
        return answer.json()

    return post


def own(at, name, visitor=1, **props):
    return Sent(at, "custom", "/", visitor, name, fields={"props": props})


@pytest.fixture
def shop(acme):
    """Two people look at products, one of them buys; a portfolio's clicks."""
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", "/a"), page_view("11:00", "/b", 2),
            own("10:01", "product_view", product_name="Mug", category="Kitchen"),
            own("11:01", "product_view", 2, product_name="Mug", category="Kitchen"),
            own("10:02", "add_to_cart", product_id="1"), own("10:03", "purchase", order_id="7"),
            own("10:04", "project_click", project_name="Chess"), own("10:05", "link_click", link_type="GitHub"),
        ],
    )  # fmt: skip


def asked(*targets, **others):
    given = [{"target": target, "refId": "A", "payload": payload} for target, payload in targets]
    return {"range": DAY, "intervalMs": 3_600_000, "maxDataPoints": 550, "targets": given} | others


# --- the protocol


def test_save_and_test_says_whose_numbers_these_are(reading):
    answer = Client().get("/api/v1/grafana/", headers={"X-API-Key": reading})

    assert answer.json() == {"status": "success", "workspace": "Acme", "environment": "live"}


def test_a_metric_over_time(grafana, shop):
    (series,) = grafana("query", asked(("pageviews", {})))

    assert (series["target"], series["refId"], len(series["datapoints"])) == ("Page views", "A", 24)
    assert series["datapoints"][10] == [1, 1_773_050_400_000]  # 2026-03-09 10:00 UTC
    assert sum(value for value, _ in series["datapoints"]) == 2


def test_a_metric_over_time_by_a_dimension(grafana, shop):
    found = grafana("query", asked(("pageviews", {"by": "page", "as": "series", "filters": ["is,event,page_view"]})))

    assert {each["target"]: sum(value for value, _ in each["datapoints"]) for each in found} == {"/a": 1, "/b": 1}


def test_a_metric_by_a_dimension_and_as_one_number(grafana, shop):
    body = asked(
        ("events", {"by": "prop:product_name", "filters": ["is,event,product_view"]}), ("visitors", {"as": "number"})
    )

    table, number = grafana("query", body)

    assert [column["text"] for column in table["columns"]] == ["product_name", "Events"]
    assert table["rows"] == [["Mug", 2]]
    assert number["rows"] == [[2]]


def test_a_report_as_a_table(grafana, shop):
    steps = "step=is,event,product_view&step=is,event,purchase"

    (table,) = grafana("query", asked(("report:funnel", {"parameters": steps})))

    people = [column["text"] for column in table["columns"]].index("people")
    assert [row[people] for row in table["rows"]] == [2, 1]


def test_filters_above_the_dashboard_hold_for_every_panel(grafana, shop):
    only_b = {"key": "page", "operator": "=", "value": "/b"}
    steps = "step=is,event,page_view&step=is,event,product_view"

    number, table = grafana(
        "query", asked(("pageviews", {"as": "number"}), ("report:funnel", {"parameters": steps}), adhocFilters=[only_b])
    )  # fmt: skip

    assert number["rows"] == [[1]]
    assert table["rows"][0][3] == 1


def test_a_hidden_query_is_not_asked(grafana, shop):
    body = asked(("visitors", {}))
    body["targets"][0]["hide"] = True

    assert grafana("query", body) == []


def test_menus_and_filters_offer_the_values_there_are(grafana, shop):
    assert grafana("variable", {"payload": {"target": "page"}, "range": DAY})[:2] == [
        {"__text": "/", "__value": "/"}, {"__text": "/a", "__value": "/a"}
    ]  # fmt: skip
    assert {"type": "string", "text": "country"} in grafana("tag-keys", {})
    assert {"text": "/b"} in grafana("tag-values", {"key": "page"})


def test_the_editor_learns_what_can_be_asked(grafana):
    found = {each["value"]: each for each in grafana("metrics", {})}

    assert {"visitors", "report:funnel", "report:received"} <= set(found)
    assert not {"report:events", "report:people", "report:sessions"} & set(found)
    assert {"value": "country", "label": "Country"} in grafana("metric-payload-options", {"name": "by"})


@pytest.mark.parametrize(
    "body, says",
    [
        ({}, "targets"),
        ({"targets": [{}], "range": DAY}, "target"),
        (asked(("vistors", {})), "Did you mean 'visitors'"),
        (asked(("visitors", {"by": "contry"})), "country"),
        (asked(("visitors", {"limit": 0})), "1000"),
        (asked(("report:people", {})), "Choose from"),
        (asked(("visitors", {}), range={"from": "yesterday", "to": "now"}), "2026-03-01T00:00:00Z"),
        (asked(("visitors", {}), range={"from": DAY["to"], "to": DAY["from"]}), "begins before it ends"),
        (asked(("visitors", {}), adhocFilters=[{"key": "page", "operator": "<", "value": 1}]), "="),
        (asked(*[("visitors", {})] * 21), "20"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(grafana, body, says):
    assert says in grafana("query", body, status=400)["detail"]


# --- whose numbers


def test_a_key_reads_its_own_workspace_and_nothing_else(grafana, shop, globex, stranger):
    store_events(globex.dataset_id(), [page_view("10:00", "/theirs", n) for n in range(5)])

    number, table = grafana("query", asked(("visitors", {"as": "number"}), ("visitors", {"by": "page"})))

    assert number["rows"] == [[2]]
    assert "/theirs" not in json.dumps(table)


def test_a_parameter_does_not_lead_out_of_it(grafana, shop, globex):
    store_events(globex.dataset_id(), [page_view("10:00", "/theirs")])
    ways = f"workspace={globex.slug}&dataset_id={globex.dataset_id()}&env=test&period=all"

    (table,) = grafana("query", asked(("report:overview-page", {"parameters": ways})))

    assert {row[0] for row in table["rows"]} == {"/", "/a", "/b"}


def test_who_signs_in_or_writes_only_does_not_read_here(as_owner, acme_key):
    assert as_owner.get("/api/v1/grafana/").status_code == 403
    assert Client().get("/api/v1/grafana/").status_code == 401
    assert Client().get("/api/v1/grafana/", headers={"X-API-Key": acme_key}).status_code == 403


def test_who_asks_too_often_is_told_to_wait(grafana, monkeypatch):
    monkeypatch.setattr(views, "LIMIT", Limit(rate=0.01, burst=2))
    for _ in range(2):
        grafana("tag-keys", {})

    assert "refresh less often" in grafana("tag-keys", {}, status=429)["detail"]


# --- what comes along


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_every_panel_of_a_dashboard_gets_its_numbers(grafana, shop, path):
    empty = {"Revenue"}  # nobody here pays
    for panel in json.loads(path.read_text())["panels"]:
        body = {"range": DAY, "intervalMs": 3_600_000, "targets": panel["targets"], "adhocFilters": []}
        found = grafana("query", body)
        filled = [bool(frame.get("rows") or frame.get("datapoints")) for frame in found]
        assert len(found) >= len(panel["targets"]), panel["title"]
        assert all(filled) or panel["title"] in empty, panel["title"]


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_dashboard_stands_on_the_data_source_that_is_provisioned(path):
    (source,) = yaml.safe_load((FOLDER / "provisioning/datasources/metricpal.yaml").read_text())["datasources"]
    wanted = {"type": source["type"], "uid": source["uid"]}
    board = json.loads(path.read_text())

    assert {json.dumps(panel["datasource"]) for panel in board["panels"]} == {json.dumps(wanted)}
    assert all(target["datasource"] == wanted for panel in board["panels"] for target in panel["targets"])
    assert all(each["gridPos"]["x"] + each["gridPos"]["w"] <= 24 for each in board["panels"])


def test_the_provisioned_address_and_header_are_those_that_answer(reading):
    (source,) = yaml.safe_load((FOLDER / "provisioning/datasources/metricpal.yaml").read_text())["datasources"]
    path = source["url"].replace("${METRICPAL_URL}", "")

    answer = Client().get(f"{path}/", headers={source["jsonData"]["httpHeaderName1"]: reading})

    assert answer.status_code == 200
    assert source["access"] == "proxy"


def test_there_are_the_three_dashboards():
    assert [path.stem for path in BOARDS] == ["ecommerce", "operations", "portfolio"]
