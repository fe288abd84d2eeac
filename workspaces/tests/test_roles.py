"""The roles table against what the pages and the API really answer: each role, each action, and who is no member."""

import pytest
from django.test import Client

from config.lib import clock
from workspaces import api_keys, members, roles
from workspaces.models import Role

PEOPLE = ("owner", "admin", "analyst", "viewer", "stranger", "anonymous")
# What each of PEOPLE is answered. 403: a member who may not; 404: nothing there for you; login: go and sign in.
OPEN = ("ok", "ok", "ok", "ok", "404", "login")
ADMINS = ("ok", "ok", "403", "403", "404", "login")
OWNERS = ("ok", "403", "403", "403", "404", "login")
PAGES = {
    "read_overview": ("get", "/w/acme/", OPEN),
    "list_members": ("get", "/o/acme/members/", OPEN),
    "change_workspace": ("get", "/w/acme/settings/", ADMINS),
    "change_workspace (post)": ("post", "/w/acme/settings/", ADMINS),
    "manage_keys": ("get", "/w/acme/settings/keys/", ADMINS),
    "manage_keys (post)": ("post", "/w/acme/settings/keys/", ADMINS),
    "change_organization": ("get", "/o/acme/", ADMINS),
    "erase": ("get", "/o/acme/erasures/", ADMINS),
    "delete_workspace": ("get", "/w/acme/settings/delete/", OWNERS),
    "delete_workspace (post)": ("post", "/w/acme/settings/delete/", OWNERS),
    "delete_organization": ("get", "/o/acme/delete/", OWNERS),
    "delete_organization (post)": ("post", "/o/acme/delete/", OWNERS),
}


@pytest.fixture
def clients(as_owner, as_admin, as_analyst, as_viewer, as_stranger, anonymous) -> dict[str, Client]:
    return dict(zip(PEOPLE, (as_owner, as_admin, as_analyst, as_viewer, as_stranger, anonymous), strict=True))


def outcome(answer) -> str:
    if answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/"):
        return "login"
    return str(answer.status_code) if answer.status_code >= 400 else "ok"


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_for_exactly_the_roles_of_the_table(clients, event_store, page):
    method, path, expected = PAGES[page]
    answered = tuple(outcome(getattr(clients[person], method)(path)) for person in PEOPLE)
    assert answered == expected


@pytest.mark.parametrize("page", PAGES)
def test_the_expectation_here_is_that_of_the_table(page):
    expected = PAGES[page][2]
    may = tuple(roles.may(role, page.partition(" ")[0]) for role in Role)
    assert may == tuple(answer == "ok" for answer in expected[:4])


API = {
    "read_overview": ("get", "/api/v1/workspaces/{workspace}", "200 200 200 200 404 401"),
    "change_workspace": ("put", "/api/v1/workspaces/{workspace}", "200 200 403 403 404 401"),
    "manage_keys": ("get", "/api/v1/workspaces/{workspace}/keys", "200 200 403 403 404 401"),
    # The admin comes second: the key has been rotated by then.
    "manage_keys (rotate)": ("post", "/api/v1/workspaces/{workspace}/keys/{key}/rotate", "201 409 403 403 404 401"),
    "manage_keys (revoke)": ("post", "/api/v1/workspaces/{workspace}/keys/{key}/revoke", "200 200 403 403 404 401"),
    "organization": ("get", "/api/v1/organizations/{organization}", "200 200 200 200 404 401"),
    "change_organization": ("put", "/api/v1/organizations/{organization}", "200 200 403 403 404 401"),
}


@pytest.mark.parametrize("call", API)
def test_each_endpoint_answers_exactly_the_roles_of_the_table(clients, acme, acme_key, call):
    method, path, expected = API[call]
    key = acme.api_keys.get()
    path = path.format(workspace=acme.uid, organization=acme.organization.uid, key=key.uid)
    body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
    answered = [getattr(clients[person], method)(path, **body) for person in PEOPLE]
    assert " ".join(str(answer.status_code) for answer in answered) == expected


def test_a_stranger_gets_byte_for_byte_what_nonexistent_things_get(as_stranger, acme, acme_key):
    key = acme.api_keys.get()
    nothing = "00000000-0000-4000-8000-000000000000"
    pairs = [
        (f"/api/v1/workspaces/{acme.uid}", f"/api/v1/workspaces/{nothing}"),
        (f"/api/v1/workspaces/{acme.uid}/keys", f"/api/v1/workspaces/{nothing}/keys"),
        (f"/api/v1/organizations/{acme.organization.uid}", f"/api/v1/organizations/{nothing}"),
        ("/w/acme/settings/", "/w/nothing/settings/"),
        ("/w/acme/settings/keys/", "/w/nothing/settings/keys/"),
        ("/o/acme/members/", "/o/nothing/members/"),
    ]
    for theirs, nobodys in pairs:
        foreign, nonexistent = (as_stranger.get(path) for path in (theirs, nobodys))
        assert (foreign.status_code, nonexistent.status_code) == (404, 404)
        if theirs.startswith("/api/"):
            bodies = [{**answer.json(), "request_id": ""} for answer in (foreign, nonexistent)]
            assert bodies[0] == bodies[1]
        else:
            assert foreign.content == nonexistent.content
    rotate = as_stranger.post(
        f"/api/v1/workspaces/{acme.uid}/keys/{key.uid}/rotate", "{}", content_type="application/json"
    )
    assert rotate.status_code == 404


def test_an_own_workspace_with_anothers_key_is_404_and_the_key_stays(as_stranger, globex, acme, acme_key):
    key = acme.api_keys.get()
    answer = as_stranger.post(f"/api/v1/workspaces/{globex.uid}/keys/{key.uid}/revoke")
    page = as_stranger.post(f"/w/globex/settings/keys/{key.uid}/revoke/")
    assert (answer.status_code, page.status_code) == (404, 404)
    assert api_keys.authenticate(acme_key, clock.now()) is not None


def test_with_two_organizations_the_role_is_that_of_the_object(as_stranger, event_store, acme, stranger, globex):
    acme.organization.memberships.create(user=stranger, role=Role.VIEWER)
    assert outcome(as_stranger.get("/w/acme/")) == "ok"
    assert as_stranger.get("/w/acme/settings/").status_code == 403
    assert as_stranger.get("/w/globex/settings/").status_code == 200


def test_a_lowered_role_and_a_removal_hold_at_the_next_request(as_admin, admin, acme, owner):
    assert as_admin.get("/w/acme/settings/").status_code == 200
    boss = acme.organization.memberships.get(user=owner)
    members.change_role(boss, acme.organization.memberships.get(user=admin), Role.VIEWER, clock.now())
    assert as_admin.get("/w/acme/settings/").status_code == 403
    members.remove(boss, acme.organization.memberships.get(user=admin), clock.now())
    assert as_admin.get("/w/acme/").status_code == 404


def test_an_operator_has_no_way_into_a_tenants_pages(client, stranger, acme):
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    client.force_login(stranger)
    assert client.get("/w/acme/").status_code == 404


@pytest.mark.parametrize(
    "permissions, read, change",
    [(["write"], 403, 403), (["read"], 200, 403), (["read", "write"], 200, 403), (["admin"], 200, 200)],
)
def test_a_secret_key_may_what_its_permissions_say(anonymous, acme, owner, permissions, read, change):
    raw = api_keys.issue(acme, name="S", actor=owner, now=clock.now(), kind="secret", permissions=permissions)[1]
    path, headers = f"/api/v1/workspaces/{acme.uid}", {"X-API-Key": raw}
    assert anonymous.get(path, headers=headers).status_code == read
    assert anonymous.put(path, "{}", content_type="application/json", headers=headers).status_code == change


def test_a_key_opens_its_own_workspace_and_nobody_elses(anonymous, acme_secret, globex, acme):
    headers = {"X-API-Key": acme_secret}
    assert anonymous.get(f"/api/v1/workspaces/{globex.uid}", headers=headers).status_code == 404
    assert anonymous.get(f"/api/v1/organizations/{acme.organization.uid}", headers=headers).status_code == 403
    assert anonymous.get("/api/v1/workspaces", headers=headers).status_code == 403


def test_every_action_of_the_table_has_words_for_the_documentation():
    assert all(action.says and action.needs in Role for action in roles.ACTIONS.values())
