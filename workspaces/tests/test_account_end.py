"""Deleting one's own account: asked again for the password, no organization without an owner, shared things stay."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.signing_in import PASSWORD, forget_limits, log_in, token_of
from workspaces.models import Role

PATH = "/account/delete/"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    forget_limits()


def signed_in(email: str) -> Client:
    client = Client()
    log_in(client, email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_a_session_alone_does_not_delete_an_account(as_viewer, viewer):
    assert as_viewer.post(PATH, {"name": viewer.email}).headers["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.filter(pk=viewer.pk).exists()


def test_the_address_is_typed_then_account_memberships_and_tokens_are_gone(acme, viewer):
    client, token = signed_in(viewer.email), token_of(viewer.email)
    assert b"exactly" in client.post(PATH, {"name": "viewer"}).content
    assert client.post(PATH, {"name": viewer.email}).headers["Location"] == "/accounts/login/"
    assert not User.objects.filter(email=viewer.email).exists()
    assert Client().get("/api/auth/user", headers=token).status_code == 401
    last = acme.organization.audit_entries.order_by("-number").values_list("action", "target")
    assert ("member.remove", viewer.email) in last


def test_the_only_owner_is_told_which_organization_comes_first(acme, owner, admin):
    client = signed_in(owner.email)
    assert b"only owner" in client.get(PATH).content
    client.post(PATH, {"name": owner.email})
    assert User.objects.filter(pk=owner.pk).exists()
    acme.organization.memberships.filter(user=admin).update(role=Role.OWNER)
    client.post(PATH, {"name": owner.email})
    assert not User.objects.filter(pk=owner.pk).exists()
