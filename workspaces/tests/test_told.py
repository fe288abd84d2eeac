"""A change and its line in the audit log are one: whoever is killed between them has done neither."""

from collections.abc import Callable

import pytest

from config.lib import clock
from config.testing.killed import check_told
from config.testing.pictures import png
from config.testing.world import NOW
from workspaces import connections, limits, logos, organizations
from workspaces.limits import Quota
from workspaces.models import Connection, Limit, Logo, Membership, Organization, Workspace
from workspaces.tests.test_connections import bell, ring

pytestmark = pytest.mark.django_db
__all__ = ["bell"]

CHANGES: dict[str, Callable[..., object]] = {
    "changed": lambda made, **by: connections.change(made, "Back door", {"url": "https://bell.example/"}, **by),
    "resumed": connections.resume,
    "disconnected": connections.disconnect,
}


def test_an_organization_is_changed(acme, owner):
    def act() -> None:
        organization = Organization.objects.get(pk=acme.organization_id)
        organizations.update_organization(organization, {"name": "Acme 2"}, actor=owner, now=NOW)

    assert check_told(act, Organization) == 2


def test_a_workspace_is_changed(acme, owner):
    def act() -> None:
        organizations.update_workspace(Workspace.objects.get(pk=acme.pk), {"name": "Shop 2"}, actor=owner, now=NOW)

    assert check_told(act, Workspace) == 2


def test_a_logo_is_set_and_removed(acme, owner):
    def put() -> None:
        logos.set_logo(acme.organization, png(), actor=owner, now=NOW)

    assert check_told(put, Logo) == 2
    assert check_told(lambda: logos.remove_logo(acme.organization, actor=owner, now=NOW), Logo) == 2


def test_a_tool_is_connected(acme, owner):
    assert check_told(lambda: ring(acme, owner), Connection) == 2


@pytest.mark.parametrize("name", CHANGES)
def test_a_connection_is(acme, owner, name):
    made = ring(acme, owner)
    connections.pause(made, "The bell is gone.", now=NOW)

    check_told(lambda: CHANGES[name](Connection.objects.get(pk=made.pk), actor=owner, now=NOW), Connection)


def test_an_operator_takes_members_and_limits_from_a_list(client, acme, stranger, analyst):
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    client.force_login(stranger)
    limit = limits.set_limit(acme.organization, Quota("events", "month", 5), actor="operator", now=clock.now())

    for model, row in ((Membership, Membership.objects.get(user=analyst)), (Limit, limit)):
        about = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        path = f"/admin/workspaces/{model._meta.model_name}/"
        check_told(lambda path=path, about=about: client.post(path, about), model)
