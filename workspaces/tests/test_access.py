"""Which workspace an API request is about, where its path does not say."""

import pytest
from django.http import Http404
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from config.lib import clock
from config.lib.problems import Problem
from workspaces import api_keys, organizations
from workspaces.access import get_organization, get_workspace, requested_workspace


def asked(user, query="", **headers):
    request = Request(
        APIRequestFactory().get(f"/api/v1/x{query}", headers={k.replace("_", "-"): v for k, v in headers.items()})
    )
    request.user = user
    return requested_workspace(request)


@pytest.fixture
def second(acme, owner):
    return organizations.create_workspace(acme.organization, name="Second", actor=owner, now=clock.now())


def test_who_has_only_one_workspace_need_not_say_which(acme, owner):
    assert asked(owner) == acme


def test_who_has_several_is_asked_to_say_which(acme, second, owner):
    with pytest.raises(Problem, match="X-Tenant-Slug"):
        asked(owner)


def test_the_header_names_an_organization_whose_oldest_workspace_counts_or_a_workspace(acme, second, owner):
    assert asked(owner, X_Tenant_Slug="acme") == acme
    assert asked(owner, X_Tenant_Slug="second") == second


def test_the_query_names_a_workspace_by_id_or_slug_and_wins(acme, second, owner):
    assert asked(owner, f"?workspace={second.uid}", X_Tenant_Slug="acme") == second
    assert asked(owner, "?workspace=second") == second


@pytest.mark.parametrize("slug", ["globex", "nothing", "a:b", "x" * 300])
def test_a_foreign_name_is_answered_like_one_that_does_not_exist(acme, globex, owner, slug):
    with pytest.raises(Http404):
        asked(owner, X_Tenant_Slug=slug)
    with pytest.raises(Http404):
        asked(owner, f"?workspace={slug}")


def test_a_key_is_about_its_own_workspace_whatever_the_header_says(acme, second, globex, acme_secret):
    holder = api_keys.KeyHolder(api_keys.authenticate(acme_secret, clock.now()))
    assert asked(holder, "?workspace=globex", X_Tenant_Slug="second") == acme


def test_access_costs_one_query(acme, owner, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert get_workspace(owner, "acme").organization.name == "Acme"
    with django_assert_num_queries(1):
        assert get_organization(owner, "acme").name == "Acme"


def test_nobody_is_let_in_without_an_account(acme):
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(Http404):
        get_workspace(AnonymousUser(), "acme")
