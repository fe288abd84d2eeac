"""Schemas over HTTP: the published examples as they are printed, versions, and what is refused."""

import json
from typing import Any

import pytest
from django.test import Client

from tracking.models import EventSchema
from tracking.tests.door import events, post, verdicts
from tracking.tests.test_doors import INGEST_EXAMPLE

pytestmark = pytest.mark.usefixtures("clock")
URL = "/api/schemas"
PORTFOLIO = """{
    "name": "portfolio",
    "description": "Portfolio website tracking",
    "properties": {
      "profile_view": {
        "page": "string",
        "referrer": "string"
      },
      "project_click": {
        "project_name": "string",
        "project_url": "string"
      },
      "link_click": {
        "link_type": "string",
        "link_url": "string"
      }
    }
  }"""
SHOP = """{
  "name": "ecommerce",
  "properties": {
    "product_view": {
      "product_id": "string",
      "product_name": "string",
      "price": "number",
      "category": "string"
    },
    "add_to_cart": {
      "product_id": "string",
      "quantity": "number"
    },
    "purchase": {
      "order_id": "string",
      "total_amount": "number",
      "items": "array"
    }
  }
}"""


def send(client: Client, method: str, body: Any = None, path: str = "") -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.generic(method, f"{URL}{path}", "" if body is None else text, "application/json")


@pytest.fixture
def with_key(acme_secret: str) -> Client:
    return Client(headers={"X-API-Key": acme_secret})


@pytest.mark.parametrize(("example", "name"), [(PORTFOLIO, "portfolio"), (SHOP, "ecommerce")])
def test_the_published_schemas_are_made_and_come_back_as_they_were_sent(with_key, acme, example, name):
    made = send(with_key, "POST", example)

    assert made.status_code == 201
    sent = json.loads(example)
    assert made.json() == {
        "id": name,
        "name": name,
        "description": sent.get("description", ""),
        "mode": "warn",
        "checks_all": False,
        "is_closed": False,
        "properties": sent["properties"],
        "version": 1,
        "created_at": "2026-03-10T12:00:00Z",
        "updated_at": "2026-03-10T12:00:00Z",
    }
    assert send(with_key, "GET").json() == [made.json()]
    assert send(with_key, "GET", path=f"/{name}").json() == made.json()


def test_the_published_event_fits_the_published_schema(with_key, acme, acme_key):
    send(with_key, "POST", PORTFOLIO)

    answer = post(INGEST_EXAMPLE, acme_key, url="/api/events/ingest")

    assert (answer.status_code, verdicts(answer)) == (200, [("accepted", None)])
    assert events(acme.dataset_id())[0].props["project_name"] == "AI Chatbot"


def test_a_change_of_what_is_demanded_is_a_new_version_and_a_change_of_mode_is_none(with_key, acme):
    send(with_key, "POST", SHOP)
    more = {"purchase": {"order_id": {"type": "string", "required": True}}}

    assert send(with_key, "PUT", {"mode": "reject"}, "/ecommerce").json()["version"] == 1
    assert send(with_key, "PUT", {"properties": more}, "/ecommerce").json()["version"] == 2
    assert send(with_key, "PUT", {"properties": more}, "/ecommerce").json()["version"] == 2

    versions = send(with_key, "GET", path="/ecommerce/versions").json()
    assert [each["version"] for each in versions] == [2, 1]
    assert versions[0]["properties"] == more
    assert versions[1]["properties"] == json.loads(SHOP)["properties"]
    assert send(with_key, "GET", path="/ecommerce").json()["mode"] == "reject"


def test_a_deleted_schema_is_gone_and_its_events_are_taken_as_they_are(with_key, acme, acme_key):
    send(with_key, "POST", SHOP)
    send(with_key, "PUT", {"mode": "reject"}, "/ecommerce")

    assert send(with_key, "DELETE", path="/ecommerce").status_code == 204
    assert send(with_key, "GET", path="/ecommerce").status_code == 404
    body = {"schema_id": "ecommerce", "event_type": "purchase", "properties": {"total_amount": "much"}}
    assert verdicts(post(body, acme_key)) == [("accepted", None)]


def test_a_name_is_given_once_in_a_workspace_and_stays(with_key, acme, globex):
    send(with_key, "POST", SHOP)

    assert send(with_key, "POST", SHOP).json()["code"] == "name_taken"
    assert send(with_key, "PUT", {"name": "shop"}, "/ecommerce").json()["code"] == "name_stays"
    assert send(with_key, "PUT", {"name": "ecommerce"}, "/ecommerce").status_code == 200
    assert EventSchema.objects.get().workspace == acme


@pytest.mark.parametrize(
    ("properties", "pointer"),
    [
        ({}, "/properties"),
        ({"purchase": "number"}, "/properties/purchase"),
        ({"purchase": {"total": "decimal"}}, "/properties/purchase/total"),
        ({"purchase": {"total": {"required": True}}}, "/properties/purchase/total"),
        ({"purchase": {"total": {"type": "number", "reqired": True}}}, "/properties/purchase/total"),
        ({"purchase": {"total": {"type": "number", "required": "yes"}}}, "/properties/purchase/total/required"),
        ({"purchase": {"total": {"type": "number", "enum": ["1"]}}}, "/properties/purchase/total/enum"),
        ({"purchase": {"total": {"type": "number", "enum": [True]}}}, "/properties/purchase/total/enum"),
        ({"purchase": {"items": {"type": "array", "enum": [[]]}}}, "/properties/purchase/items/enum"),
        ({"purchase": {"total": {"type": "number", "format": "url"}}}, "/properties/purchase/total/format"),
        ({"a/b": {"c~d": 3}}, "/properties/a~1b/c~0d"),
        ({" ": {}}, "/properties"),
        ({"purchase": {"\n": "string"}}, "/properties/purchase"),
        ({"x" * 201: {}}, "/properties"),
        ({" $reserved": {}}, "/properties"),
        ({"purchase": {"plan": {"type": "string", "enum": ["x" * 8193]}}}, "/properties/purchase/plan/enum"),
        ({f"event{number}": {} for number in range(201)}, "/properties"),
        ({"purchase": {f"property{number}": "string" for number in range(101)}}, "/properties/purchase"),
    ],
)
def test_what_no_schema_can_say_is_refused_at_its_place(with_key, properties, pointer):
    answer = send(with_key, "POST", {"name": "shop", "properties": properties})

    assert (answer.status_code, answer.json()["code"], answer.json()["pointer"]) == (422, "invalid_schema", pointer)


@pytest.mark.parametrize("name", ["", "a b", "../x", "-shop", "x" * 101, None])
def test_a_name_has_to_stand_in_an_address(with_key, name):
    assert send(with_key, "POST", {"name": name, "properties": {"purchase": {}}}).status_code == 422


def test_a_key_that_may_only_read_changes_nothing_and_a_viewer_sees_nothing(acme, as_analyst, as_viewer, as_admin):
    assert send(as_analyst, "GET").json() == []
    assert send(as_analyst, "POST", SHOP).status_code == 403
    assert send(as_viewer, "GET").status_code == 403
    assert send(as_admin, "POST", SHOP).status_code == 201


def test_schemas_of_one_name_in_two_workspaces_do_not_meet(as_owner, as_stranger, acme, globex):
    send(as_owner, "POST", SHOP)
    send(as_stranger, "POST", {"name": "ecommerce", "properties": {"other": {}}})

    assert list(send(as_stranger, "GET", path="/ecommerce").json()["properties"]) == ["other"]
    assert send(as_stranger, "DELETE", path="/ecommerce").status_code == 204
    assert send(as_owner, "GET", path="/ecommerce").status_code == 200


def test_half_a_surrogate_pair_is_refused_before_anything_is_read(with_key):
    schema = '{"name": "shop", "properties": {"purchase": {"a": {"type": "string", "enum": ["\\ud800"]}}}}'
    answer = send(with_key, "POST", schema)
    assert (answer.status_code, answer.json()["code"]) == (400, "surrogate")


@pytest.mark.parametrize("value", ['"\\u0000"', "1e999", "9" * 30])
def test_values_that_no_event_can_have_are_refused(with_key, value):
    kind = "string" if value.startswith('"') else "number"
    schema = f'{{"name": "shop", "properties": {{"purchase": {{"a": {{"type": "{kind}", "enum": [{value}]}}}}}}}}'
    assert send(with_key, "POST", schema).json()["code"] == "invalid_schema"

    send(with_key, "POST", SHOP)
    about = '"schema_id": "ecommerce", "event": "purchase", "action": "default", "property": "a"'
    rule = f'{{{about}, "argument": {value}}}'
    answer = with_key.post("/api/v1/quarantine/rules", rule, content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["a%00b", "%00", "..%2Fx", "Ü", "x" * 5000])
def test_a_name_that_no_schema_can_have_is_simply_not_there(as_owner, name):
    assert send(as_owner, "GET", path=f"/{name}").status_code == 404
    assert as_owner.get(f"/w/acme/schemas/{name}/").status_code == 404
    for page in ("", "event/", "preview/"):
        assert as_owner.get(f"/w/acme/quarantine/{page}?schema={name}&event={name}&cause={name}").status_code == 200
