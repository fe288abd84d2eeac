"""Organizations and workspaces: how they are born, named and deleted."""

import pytest

from config.lib.problems import Problem
from config.testing.world import NOW
from workspaces import api_keys, organizations
from workspaces.models import Organization, Workspace


def test_an_organization_is_born_with_its_owner_and_a_slug_of_its_name(stranger):
    made = organizations.create_organization(stranger, name=" Müller & Söhne ", now=NOW)
    assert (made.name, made.slug) == ("Müller & Söhne", "muller-sohne")
    assert list(made.memberships.values_list("user", "role")) == [(stranger.pk, "owner")]


def test_a_second_of_the_same_name_gets_a_number_and_one_without_letters_a_word(stranger):
    slugs = [organizations.create_organization(stranger, name=name, now=NOW).slug for name in ("A", "A", "A", "日本")]
    assert slugs == ["a", "a-2", "a-3", "organization"]


def test_a_very_long_name_still_gives_a_valid_slug(stranger):
    made = organizations.create_organization(stranger, name="long " * 50, now=NOW)
    assert len(made.slug) <= 48 and not made.slug.endswith("-")


@pytest.mark.parametrize("slug", ["Upper", "under_score", "-a", "a-", "a:b", "a/b", "x\ny", "a" * 49])
def test_a_slug_that_could_break_a_url_or_a_cache_key_is_refused(stranger, slug):
    with pytest.raises(Problem) as refused:
        organizations.create_organization(stranger, name="N", slug=slug, now=NOW)
    assert refused.value.extra["field"] == "slug"
    assert not Organization.objects.exists()


def test_twenty_organizations_an_hour_are_enough_for_one_person_over_api_and_page(as_stranger, as_owner, acme, globex):
    made = [as_stranger.post("/api/v1/organizations", {"name": "More"}, "application/json") for _ in range(19)]
    made.append(as_stranger.post("/api/v1/tenants", {"name": "More"}, "application/json"))
    assert [answer.status_code for answer in made] == [201] * 20

    over_api = as_stranger.post("/api/v1/organizations", {"name": "More"}, "application/json")
    over_page = as_stranger.post("/welcome/", {"organization": "More", "timezone": "UTC"})

    # One more every three minutes.
    assert (over_api.status_code, over_api.json()["code"]) == (429, "too_many_organizations")
    assert over_api.json()["detail"] == "That is 20 organizations in an hour. Go on in 3 min."
    assert (over_page.status_code, b"Go on in 3 min." in over_page.content) == (429, True)
    assert all(170 <= int(answer.headers["Retry-After"]) <= 180 for answer in (over_api, over_page))
    assert Organization.objects.count() == 22
    assert as_owner.post("/api/v1/organizations", {"name": "Mine"}, "application/json").status_code == 201


def test_a_domain_belongs_to_one_organization(stranger, owner):
    organizations.create_organization(stranger, name="One", domain="acme.com", now=NOW)
    with pytest.raises(Problem) as refused:
        organizations.create_organization(owner, name="Two", domain="https://ACME.com", now=NOW)
    assert refused.value.extra["field"] == "domain"


def test_a_workspace_is_born_with_one_publishable_live_and_one_publishable_test_key(acme, owner):
    made = organizations.create_workspace(acme.organization, name="Shop", actor=owner, now=NOW)
    keys = made.api_keys.order_by("id").values_list("kind", "environment", "permissions")
    assert list(keys) == [("publishable", "live", ["write"]), ("publishable", "test", ["write"])]


def test_live_and_test_data_of_all_workspaces_have_different_numbers(acme, globex):
    numbers = [workspace.dataset_id(environment) for workspace in (acme, globex) for environment in ("live", "test")]
    assert len(set(numbers)) == 4


def test_a_deleted_workspace_takes_its_keys_along_and_its_number_is_never_used_again(acme, owner, acme_key):
    number = acme.dataset_id()
    assert api_keys.authenticate(acme_key, NOW)
    organizations.delete_workspace(acme, actor=owner, now=NOW)
    assert api_keys.authenticate(acme_key, NOW) is None
    again = organizations.create_workspace(Organization.objects.get(), name="Acme", slug="acme", actor=owner, now=NOW)
    assert again.dataset_id() > number + 1


def test_a_deleted_organization_leaves_nothing_of_itself(acme, owner, acme_key):
    organizations.delete_organization(acme.organization)
    assert not Workspace.objects.exists() and not owner.memberships.exists()
    assert api_keys.authenticate(acme_key, NOW) is None


def test_a_changed_setting_reaches_the_next_request_with_a_key(acme, owner, acme_key):
    assert api_keys.authenticate(acme_key, NOW).workspace.allowed_hosts == []
    organizations.update_workspace(acme, {"allowed_hosts": ["a.example"]}, actor=owner, now=NOW)
    assert api_keys.authenticate(acme_key, NOW).workspace.allowed_hosts == ["a.example"]


def test_the_audit_log_names_who_changed_which_settings(acme, owner):
    organizations.update_workspace(acme, {"timezone": "Europe/Berlin", "slug": "x"}, actor=owner, now=NOW)
    entry = acme.organization.audit_entries.get()
    assert (entry.actor, entry.action, entry.target, entry.at) == (owner.email, "workspace.change", "timezone", NOW)
