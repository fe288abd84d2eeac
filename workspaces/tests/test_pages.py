"""The pages of organizations and workspaces, as a browser uses them."""

import re

import pytest
from django.test import Client

from accounts.tests.test_pages import assert_keeps_to_the_csp
from workspaces import api_keys
from workspaces.models import ApiKey, Organization, Workspace


def test_without_a_workspace_an_admin_makes_one_and_a_viewer_is_told_to_wait(as_admin, as_viewer, acme):
    acme.delete()
    assert as_admin.get("/").headers["Location"] == "/workspaces/new/"
    assert b'href="/o/acme/"' in as_admin.get("/workspaces/new/").content
    assert b"Acme</strong> has no workspace at the moment" in as_viewer.get("/", follow=True).content


def test_a_form_from_before_the_last_sign_in_is_refused_with_a_way_on(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert b"load the page again" in client.post("/account/", {"name": "x"}).content


def test_the_start_leads_each_person_to_the_right_place(anonymous, as_owner, acme, stranger):
    assert anonymous.get("/").headers["Location"] == "/accounts/login/"
    assert as_owner.get("/").headers["Location"] == "/w/acme/"
    nobody_yet = Client()
    nobody_yet.force_login(stranger)
    assert nobody_yet.get("/").headers["Location"] == "/welcome/"


def test_the_address_of_older_clients_leads_where_the_start_does(anonymous, as_owner):
    assert anonymous.get("/ui/analytics").headers["Location"] == "/accounts/login/"
    assert as_owner.get("/ui/analytics").headers["Location"] == "/w/acme/"


def test_one_form_makes_organization_website_and_keys(client, stranger):
    client.force_login(stranger)
    assert b"data-fill-timezone" in client.get("/welcome/").content
    form = {"organization": "Globex", "website": "https://www.Globex.com/", "timezone": "Asia/Tokyo"}
    assert client.post("/welcome/", form).headers["Location"] == "/w/globex-com/install/"
    made = Workspace.objects.get()
    assert (made.name, made.domain, made.timezone) == ("globex.com", "www.globex.com", "Asia/Tokyo")
    assert (made.organization.name, made.api_keys.count()) == ("Globex", 2)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "<script>"])
def test_a_browser_with_a_strange_time_zone_is_no_reason_to_stop(client, stranger, zone):
    client.force_login(stranger)
    client.post("/welcome/", {"organization": "Globex", "website": "", "timezone": zone})
    assert Workspace.objects.get().timezone == "UTC"


def test_a_website_that_is_none_is_told_at_its_field_and_nothing_is_made(client, stranger):
    client.force_login(stranger)
    page = client.post("/welcome/", {"organization": "Globex", "website": "not a host"})
    assert b"is not a host name" in page.content
    assert not Organization.objects.exists()


def test_a_new_workspace_goes_only_where_one_is_admin(as_owner, as_viewer, acme, globex):
    form = {"name": "Shop", "organization": acme.organization.pk, "website": ""}
    as_owner.post("/workspaces/new/", form)
    as_owner.post("/workspaces/new/", form | {"organization": globex.organization.pk})
    assert as_viewer.post("/workspaces/new/", form).headers["Location"] == "/welcome/"
    assert [acme.organization.workspaces.count(), globex.organization.workspaces.count()] == [2, 1]


def test_settings_are_saved_and_only_the_changed_ones_stand_in_the_log(as_owner, acme):
    form = {
        "name": "Acme",
        "domain": "acme.example",
        "timezone": "Europe/Berlin",
        "currency": "USD",
        "session_timeout_minutes": 30,
        "bounce_engaged_seconds": 10,
        "allowed_hosts": "acme.example\r\n\r\nShop.acme.example",
    }
    as_owner.post("/w/acme/settings/", form)
    acme.refresh_from_db()
    assert (acme.timezone, acme.allowed_hosts) == ("Europe/Berlin", ["acme.example", "shop.acme.example"])
    assert acme.organization.audit_entries.get().target == "allowed_hosts, timezone"


def test_a_secret_key_is_on_the_page_that_makes_it_and_on_no_other(as_owner, acme):
    form = {"name": "Reports", "kind": "secret", "environment": "live", "permissions": ["read"], "expires": "30"}
    made = as_owner.post("/w/acme/settings/keys/", form)
    raw = re.search(r"mp_secret_live_[0-9a-f]{32}", made.content.decode())
    assert raw and "no-store" in made.headers["Cache-Control"]
    assert raw[0] not in as_owner.get("/w/acme/settings/keys/").content.decode()
    assert ApiKey.objects.get().expires_at is not None


def test_a_publishable_key_can_be_seen_again(as_owner, acme_key):
    assert acme_key in as_owner.get("/w/acme/settings/keys/").content.decode()


def test_rotating_and_revoking_by_page(as_owner, acme, acme_key):
    key = ApiKey.objects.get()
    page = as_owner.post(f"/w/acme/settings/keys/{key.uid}/rotate/").content.decode()
    fresh = ApiKey.objects.exclude(pk=key.pk).get()
    assert fresh.raw in page and "23" in page  # hours the old one has left
    as_owner.post(f"/w/acme/settings/keys/{key.uid}/revoke/")
    from config.lib import clock

    assert api_keys.authenticate(acme_key, clock.now()) is None
    assert b"Create a new one" in as_owner.post(f"/w/acme/settings/keys/{key.uid}/rotate/", follow=True).content


def test_a_workspace_is_deleted_only_when_its_name_is_typed(as_owner, acme):
    assert b"exactly" in as_owner.post("/w/acme/settings/delete/", {"name": "acme"}).content
    assert Workspace.objects.exists()
    as_owner.post("/w/acme/settings/delete/", {"name": "Acme"})
    assert not Workspace.objects.exists()


def test_an_organization_is_deleted_only_when_its_name_is_typed(as_owner, acme):
    as_owner.post("/o/acme/delete/", {"name": "no"})
    assert Organization.objects.exists()
    as_owner.post("/o/acme/delete/", {"name": "Acme"})
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    "path", ["/w/acme/settings/", "/w/acme/settings/keys/", "/w/acme/settings/delete/", "/o/acme/members/"]
)
def test_a_post_without_the_csrf_token_is_refused(acme, owner, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(path, {"name": "Acme"}).status_code == 403
    assert Workspace.objects.exists()


def test_a_fragment_of_somebody_signed_out_sends_the_whole_page_to_the_login(anonymous, acme):
    answer = anonymous.get("/w/acme/settings/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/accounts/login/")


PAGES = [
    "/welcome/",
    "/workspaces/new/",
    "/w/acme/settings/",
    "/w/acme/settings/delete/",
    "/w/acme/settings/keys/",
    "/o/acme/",
    "/o/acme/delete/",
    "/o/acme/members/",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_in_our_frame_and_keeps_to_the_csp(as_owner, acme_key, path):
    html = as_owner.get(path).content.decode()
    assert "MetricPal</title>" in html
    assert_keeps_to_the_csp(html)


@pytest.mark.parametrize("path", PAGES)
def test_a_name_with_a_tag_in_it_is_text_everywhere(as_owner, acme, acme_key, owner, path):
    tag = "<img src=x onerror=alert(1)>"
    Workspace.objects.update(name=tag)
    Organization.objects.update(name=tag)
    ApiKey.objects.update(name=tag)
    owner.name = tag
    owner.save()
    assert tag not in as_owner.get(path).content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_writes_when_it_is_only_looked_at(as_owner, acme_key, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        as_owner.get(path)
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_frame_costs_the_same_however_many_workspaces_there_are(as_owner, acme, django_assert_num_queries):
    for number in range(6):
        acme.organization.workspaces.create(name=f"W{number}", slug=f"w{number}")
    as_owner.get("/w/acme/settings/")  # the session and the confirmed address are remembered in the cache
    # user, workspace with role | names of organizations and workspaces
    with django_assert_num_queries(3):
        page = as_owner.get("/w/acme/settings/").content.decode()
    assert page.count('href="/w/w') >= 6
