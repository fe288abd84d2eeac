"""Adaptors and containers over HTTP. The first test sends what the documents print, word for word."""

import json

import pytest

from tracking.containers import serving
from tracking.tests.containers import container

pytestmark = pytest.mark.django_db

PORTFOLIO = """{
    "name": "portfolio",
    "schema_id": "portfolio",
    "website_url": "https://saurabh-lohokare-portfolio.vercel.app",
    "tracking_rules": {
      "auto_page_view": true,
      "track_clicks": true,
      "track_forms": false
    }
  }"""


@pytest.fixture(autouse=True)
def real_enough_build(built):
    serving.forget()
    built("2.2.0", trackingscript="core()", container="container.run=function(){}", inert="nothing()")


def send(client, method, path, body=None, secret=""):
    headers = {"X-API-Key": secret} if secret else {}
    text = body if isinstance(body, str) else json.dumps(body if body is not None else {})
    answer = client.generic(method.upper(), path, text, "application/json", headers=headers)
    return answer.status_code, json.loads(answer.content) if answer.content else None


@pytest.mark.parametrize("path", ["/api/adaptors", "/api/v1/adaptors"])
def test_the_printed_example_answers_with_a_container_whose_tag_works_at_once(client, acme_key, acme_secret, path):
    status, made = send(client, "post", path, PORTFOLIO, acme_secret)
    assert status == 201
    assert made["name"] == made["schema_id"] == "portfolio"
    assert made["website_url"] == "https://saurabh-lohokare-portfolio.vercel.app"
    assert made["tracking_rules"]["track_forms"] is False
    assert made["revision"] == 1
    script = client.get(f"/tag/{made['container_id']}.js")
    assert script.status_code == 200
    assert f'"apikey":"{acme_key}","trackForms":false'.encode() in script.content
    assert made["script_url"] == f"http://testserver/tag/{made['container_id']}.js"

    status, listed = send(client, "get", path, secret=acme_secret)
    assert (status, listed) == (200, [made])
    assert send(client, "get", f"{path}/{made['id']}", secret=acme_secret) == (200, made)


def test_an_adaptor_is_changed_and_taken_away_with_effect_on_the_tag(client, acme_key, acme_secret):
    _, made = send(client, "post", "/api/adaptors", PORTFOLIO, acme_secret)
    address, tag = f"/api/adaptors/{made['id']}", f"/tag/{made['container_id']}.js"
    code = "track('project_click', {project_name: 'AI Chatbot'})\n"
    status, changed = send(
        client, "put", address, {"code": code, "tracking_rules": {"track_clicks": False}}, acme_secret
    )
    assert (status, changed["code"], changed["revision"]) == (200, code, 2)
    assert "project_click" in client.get(tag).content.decode()
    assert '"trackClicks":false' in client.get(tag).content.decode()

    status, problem = send(client, "put", address, {"code": "track("}, acme_secret)
    assert (status, problem["code"]) == (422, "syntax")
    assert problem["errors"] == [{"name": "portfolio", "line": 1, "message": "Unexpected token '}'"}]
    assert send(client, "get", address, secret=acme_secret)[1]["code"] == code

    assert send(client, "delete", address, secret=acme_secret) == (204, None)
    assert "project_click" not in client.get(tag).content.decode()
    assert send(client, "get", address, secret=acme_secret)[0] == 404


def test_several_adaptors_share_a_container(client, acme_key, acme_secret):
    _, first = send(client, "post", "/api/adaptors", {"name": "one", "code": "one()"}, acme_secret)
    named = {"name": "two", "code": "two()", "container_id": first["container_id"]}
    status, second = send(client, "post", "/api/adaptors", named, acme_secret)
    assert (status, second["container_id"]) == (201, first["container_id"])
    script = client.get(f"/tag/{first['container_id']}.js").content.decode()
    assert script.index("one()") < script.index("two()")
    assert send(client, "post", "/api/adaptors", named, acme_secret)[1]["code"] == "name_taken"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"name": "x", "tracking_rules": {"track_click": True}}, 422),
        ({"name": "x", "website_url": "nowhere"}, 422),
        ({"name": "x", "code": "a\0b"}, 422),
        ({"name": "x", "code": "x" * 32769}, 422),
        ({"name": "x", "code": "é" * 20000}, 422),
        ({"name": "x", "container_id": "c_0000000000000000"}, 404),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(client, acme, acme_key, acme_secret, body, status):
    assert send(client, "post", "/api/adaptors", body, acme_secret)[0] == status
    assert not acme.containers.exists()


def test_a_container_goes_from_draft_to_revisions_and_back(client, acme_key, acme_secret):
    rule = {"on": "click", "selector": ".buy", "event": "buy_clicked"}
    body = {"name": "Shop", "tracking_rules": {"events": [rule]}}
    status, made = send(client, "post", "/api/v1/containers", body, acme_secret)
    assert (status, made["revision"]) == (201, None)
    address, tag = f"/api/v1/containers/{made['container_id']}", f"/tag/{made['container_id']}.js"
    assert b"nothing()" in client.get(tag).content

    status, revision = send(client, "post", f"{address}/publish", {"note": "First"}, acme_secret)
    assert (status, revision["revision"], revision["note"]) == (200, 1, "First")
    assert revision["integrity"].startswith("sha384-")
    assert b"buy_clicked" in client.get(tag).content
    send(client, "put", address, {"tracking_rules": {}}, acme_secret)
    send(client, "post", f"{address}/publish", {}, acme_secret)
    assert b"buy_clicked" not in client.get(tag).content

    assert send(client, "post", f"{address}/rollback", {"revision": 1}, acme_secret)[1]["revision"] == 1
    assert b"buy_clicked" in client.get(tag).content
    assert send(client, "post", f"{address}/rollback", {"revision": 7}, acme_secret)[0] == 404
    assert send(client, "post", f"{address}/kill", None, acme_secret)[1]["is_killed"] is True
    assert b"nothing()" in client.get(tag).content
    assert send(client, "post", f"{address}/revive", None, acme_secret)[1]["is_killed"] is False
    assert b"buy_clicked" in client.get(tag).content

    numbers = [each["revision"] for each in send(client, "get", f"{address}/revisions", secret=acme_secret)[1]]
    assert numbers == [2, 1]
    assert send(client, "delete", address, secret=acme_secret)[0] == 204
    assert client.get(tag).status_code == 404


def test_an_analyst_reads_and_only_an_admin_writes(as_analyst, as_admin, as_viewer, acme):
    made = container(acme)
    address = f"/api/v1/containers/{made.public_id}"
    assert as_viewer.get(address).status_code == 403
    assert as_analyst.get(address).status_code == 200
    assert as_analyst.get("/api/v1/containers").json()[0]["container_id"] == made.public_id
    assert send(as_analyst, "post", f"{address}/kill")[0] == 403
    assert send(as_analyst, "post", "/api/v1/adaptors", PORTFOLIO)[0] == 403
    assert send(as_admin, "post", f"{address}/kill")[0] == 200


def test_nobody_sees_or_moves_the_container_of_another_workspace(as_stranger, client, globex, acme, acme_secret):
    theirs = container(globex)
    address = f"/api/v1/containers/{theirs.public_id}"
    assert send(client, "get", address, secret=acme_secret)[0] == 404
    assert send(client, "post", f"{address}/kill", secret=acme_secret)[0] == 404
    moving = {"name": "x", "container_id": theirs.public_id}
    assert send(client, "post", "/api/v1/adaptors", moving, acme_secret)[0] == 404
    assert send(client, "get", "/api/v1/containers", secret=acme_secret)[1] == []
