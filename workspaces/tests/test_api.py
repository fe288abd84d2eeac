"""Organizations, workspaces, tenants and keys over HTTP: the printed examples first, then what may not work."""

import re

import pytest

from accounts.tests.signing_in import token_of
from config.lib import clock
from workspaces import api_keys
from workspaces.models import Membership, Organization, Workspace

JSON = "application/json"


@pytest.fixture
def token(stranger) -> dict[str, str]:
    """The header of somebody who belongs to nothing yet."""
    return token_of(stranger.email)


def test_the_first_guide_makes_a_workspace_as_printed(anonymous, token):
    made = anonymous.post("/api/v1/workspaces", '{"name": "My Website Analytics"}', content_type=JSON, headers=token)
    assert made.status_code == 201
    workspace = Workspace.objects.get()
    assert made.json()["id"] == str(workspace.uid)
    assert (made.json()["name"], made.json()["slug"]) == ("My Website Analytics", "my-website-analytics")
    assert re.fullmatch("mp_live_[0-9a-f]{32}", made.json()["api_key"])
    assert re.fullmatch("mp_test_[0-9a-f]{32}", made.json()["test_api_key"])
    listed = anonymous.get("/api/v1/workspaces", headers=token).json()
    assert listed == [made.json()]
    assert workspace.organization.memberships.get().role == "owner"


def test_a_second_workspace_goes_into_the_organization_one_administers(anonymous, token):
    for name in ("One", "Two"):
        anonymous.post("/api/v1/workspaces", {"name": name}, content_type=JSON, headers=token)
    assert Organization.objects.get().workspaces.count() == 2


def test_the_second_guide_makes_a_tenant_as_curl_sends_it(anonymous, token):
    body = '{"name": "Test Tenant", "slug": "test"}'
    made = anonymous.post("/api/tenants", body, content_type="application/x-www-form-urlencoded", headers=token)
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["slug"], made.json()["role"]) == ("Test Tenant", "test", "owner")
    assert made.json()["workspace"]["api_key"].startswith("mp_live_")
    again = anonymous.post("/api/tenants", body, content_type=JSON, headers=token)
    assert (again.status_code, again.json()["field"]) == (422, "slug")


def test_the_third_guide_lists_makes_and_changes_organizations(anonymous, token):
    made = anonymous.post("/api/organizations", '{"name": "Acme"}', content_type=JSON, headers=token)
    assert made.status_code == 201
    path = f"/api/organizations/{made.json()['id']}"
    changed = anonymous.put(
        path, '{"name": "Acme Ltd", "domain": "HTTPS://Acme.com/"}', content_type=JSON, headers=token
    )
    assert (changed.json()["name"], changed.json()["domain"]) == ("Acme Ltd", "acme.com")
    assert anonymous.get("/api/organizations", headers=token).json() == [changed.json()]
    assert anonymous.get(path, headers=token).json() == changed.json()


def test_the_api_answers_under_both_of_its_addresses(as_owner):
    assert as_owner.get("/api/v1/workspaces").json() == as_owner.get("/api/workspaces").json() != []


def test_the_header_names_the_organization_of_a_new_workspace(as_owner, acme):
    as_owner.post("/api/organizations", {"name": "Second"}, content_type=JSON)
    asked = as_owner.post("/api/v1/workspaces", {"name": "Shop"}, content_type=JSON)
    assert (asked.status_code, asked.json()["code"]) == (400, "which_organization")
    made = as_owner.post("/api/v1/workspaces", {"name": "Shop"}, content_type=JSON, headers={"X-Tenant-Slug": "second"})
    assert (made.status_code, Workspace.objects.get(slug="shop").organization.slug) == (201, "second")


def test_a_workspace_is_not_made_in_an_organization_one_does_not_administer(as_stranger, as_viewer, acme):
    body = {"name": "Mine", "organization": str(acme.organization.uid)}
    assert as_stranger.post("/api/v1/workspaces", body, content_type=JSON).status_code == 404
    assert as_viewer.post("/api/v1/workspaces", body, content_type=JSON).status_code == 403


def test_what_is_not_named_as_writable_is_not_written(as_owner, acme, globex, stranger):
    body = {
        "name": "New",
        "id": "00000000-0000-4000-8000-000000000000",
        "slug": "stolen",
        "organization": str(globex.organization.uid),
        "organization_id": globex.organization.pk,
        "created_at": "2001-01-01T00:00:00Z",
        "plan": "enterprise",
        "event_limit": 10**9,
    }
    answer = as_owner.put(f"/api/v1/workspaces/{acme.uid}", body, content_type=JSON)
    assert answer.status_code == 200
    before = (acme.uid, acme.slug, acme.organization_id, acme.created_at)
    acme.refresh_from_db()
    assert (acme.name, (acme.uid, acme.slug, acme.organization_id, acme.created_at)) == ("New", before)
    body = {"name": "Org", "slug": "stolen", "role": "owner", "members": [stranger.pk], "uid": str(globex.uid)}
    as_owner.put(f"/api/v1/organizations/{acme.organization.uid}", body, content_type=JSON)
    organization = Organization.objects.get(pk=acme.organization.pk)
    assert (organization.name, organization.slug, organization.members.count()) == ("Org", "acme", 1)


@pytest.mark.parametrize(
    "field, value, word",
    [
        ("timezone", "Mars/Olympus", "IANA"),
        ("timezone", "../../etc/passwd", "IANA"),
        ("domain", "not a host", "www.example.com"),
        ("allowed_hosts", ["ok.example.com", "no spaces allowed"], "www.example.com"),
        ("currency", "euro", "currency"),
        ("session_timeout_minutes", 0, "session_timeout_minutes"),
        ("bounce_engaged_seconds", -1, "bounce_engaged_seconds"),
        ("name", "", "name"),
    ],
)
def test_a_setting_that_cannot_be_is_422_and_says_why(as_owner, acme, field, value, word):
    answer = as_owner.put(f"/api/v1/workspaces/{acme.uid}", {field: value}, content_type=JSON)
    assert answer.status_code == 422
    assert word in answer.content.decode()


def test_settings_are_kept_in_one_form(as_owner, acme):
    body = {
        "domain": "https://WWW.Bücher.example:8443/shop?x=1",
        "timezone": "Europe/Berlin",
        "currency": "EUR",
        "allowed_hosts": ["B.example.", "a.example", "https://b.example/x"],
    }
    shown = as_owner.put(f"/api/v1/workspaces/{acme.uid}", body, content_type=JSON).json()
    assert shown["domain"] == "www.xn--bcher-kva.example"
    assert (shown["timezone"], shown["currency"]) == ("Europe/Berlin", "EUR")
    assert shown["allowed_hosts"] == ["a.example", "b.example"]


def test_a_secret_key_is_shown_in_the_answer_that_makes_it_and_in_no_other(as_owner, acme):
    path = f"/api/v1/workspaces/{acme.uid}/keys"
    made = as_owner.post(path, {"name": "Reports", "kind": "secret", "permissions": ["read"]}, content_type=JSON)
    assert made.status_code == 201
    raw = made.json()["key"]
    assert raw.startswith("mp_secret_live_") and made.headers["Cache-Control"] == "no-store"
    listed = as_owner.get(path)
    assert raw not in listed.content.decode()
    assert [(key["name"], key["key"], key["prefix"]) for key in listed.json()] == [("Reports", "", raw[:21])]


def test_a_rotated_key_keeps_working_and_a_revoked_one_does_not(anonymous, as_owner, acme, acme_secret):
    path = f"/api/v1/workspaces/{acme.uid}"
    old = acme.api_keys.get()
    made = as_owner.post(f"{path}/keys/{old.uid}/rotate", {"overlap_hours": 2}, content_type=JSON)
    for raw in (acme_secret, made.json()["key"]):
        assert anonymous.get(path, headers={"X-API-Key": raw}).status_code == 200
    as_owner.post(f"{path}/keys/{old.uid}/revoke")
    assert anonymous.get(path, headers={"X-API-Key": acme_secret}).status_code == 401
    assert anonymous.get(path, headers={"X-API-Key": made.json()["key"]}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"name": "K", "permissions": ["root"], "kind": "secret"},
        {"name": "K", "kind": "master"},
        {"name": "K", "environment": "staging"},
        {"name": "K", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "K", "kind": "secret", "permissions": []},
        {},
    ],
)
def test_a_key_that_cannot_be_is_422(as_owner, acme, body):
    answer = as_owner.post(f"/api/v1/workspaces/{acme.uid}/keys", body, content_type=JSON)
    assert (answer.status_code, acme.api_keys.count()) == (422, 0)


def test_the_list_of_workspaces_costs_the_same_however_many_there_are(as_owner, acme, owner, django_assert_num_queries):
    for number in range(5):
        as_owner.post("/api/v1/workspaces", {"name": f"W{number}"}, content_type=JSON)
    with django_assert_num_queries(3):  # user, workspaces with organization, their keys
        assert len(as_owner.get("/api/v1/workspaces").json()) == 6


@pytest.mark.parametrize("path", ["/api/v1/workspaces/1", "/api/v1/workspaces/acme", "/api/v1/organizations/1"])
def test_numbers_and_slugs_are_no_addresses_of_the_api(as_owner, acme, path):
    answer = as_owner.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_method_override_does_not_turn_a_viewers_read_into_a_write(as_viewer, acme):
    headers = {"X-HTTP-Method-Override": "PUT"}
    answer = as_viewer.post(
        f"/api/v1/workspaces/{acme.uid}?_method=PUT", {"name": "x"}, content_type=JSON, headers=headers
    )
    assert answer.status_code == 405


def test_no_get_of_the_api_writes(as_owner, acme, acme_key):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        for path in ("workspaces", f"workspaces/{acme.uid}", f"workspaces/{acme.uid}/keys", "organizations"):
            assert as_owner.get(f"/api/v1/{path}").status_code == 200
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert Membership.objects.count() == 1


@pytest.mark.parametrize("name", ["two\nlines", "a\x1bbell", "two\u2028lines"])
def test_a_name_has_no_line_breaks_and_control_characters(as_owner, acme, name):
    for path in ("/api/v1/workspaces", "/api/tenants", "/api/organizations"):
        answer = as_owner.post(path, {"name": name}, content_type=JSON)

        assert answer.status_code in {400, 422}, path
        assert "control characters" in answer.content.decode()


def test_a_key_for_test_data_gets_no_key_for_live_data_into_its_hands(anonymous, acme, owner):
    """Neither by making one nor by rotating one that is there; and it ends none."""
    about = {"actor": owner, "now": clock.now(), "kind": "secret", "permissions": ["admin"]}
    live, live_raw = api_keys.issue(acme, name="Live", **about)
    for_tests, raw = api_keys.issue(acme, name="CI", environment="test", **about)
    path, headers = f"/api/v1/workspaces/{acme.uid}/keys", {"X-API-Key": raw}

    def post(address: str, body: dict[str, object]):
        return anonymous.post(address, body, content_type=JSON, headers=headers)

    wanted = {"name": "K", "kind": "secret", "permissions": ["admin"]}
    refused = post(path, wanted)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        403,
        "other_environment",
        "environment",
    )
    assert [post(f"{path}/{live.uid}/{what}", {}).status_code for what in ("rotate", "revoke")] == [404, 404]
    assert [each["id"] for each in anonymous.get(path, headers=headers).json()] == [str(for_tests.uid)]
    assert post(path, wanted | {"environment": "test"}).json()["key"].startswith("mp_secret_test_")
    assert post(f"{path}/{for_tests.uid}/rotate", {}).json()["key"].startswith("mp_secret_test_")
    assert len(anonymous.get(path, headers={"X-API-Key": live_raw}).json()) == acme.api_keys.count()
