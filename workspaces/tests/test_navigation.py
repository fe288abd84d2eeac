"""The side bar says where one is, also on pages behind its links."""

import pytest

from workspaces.models import Workspace
from workspaces.templatetags.navigation import holds


@pytest.mark.parametrize(
    ("route", "page", "is_within"),
    [
        ("destinations", "destination_new", True),
        ("billing", "billing_invoices", True),
        ("people", "person", True),
        ("usage", "usage_webhook", True),
        ("business", "business_settings", False),
        ("events", "event", True),
        ("organization", "billing", False),
        ("usage", None, False),
    ],
)
def test_a_page_lies_within_the_section_of_its_link(route, page, is_within):
    assert holds(route, page) is is_within


def test_a_page_behind_a_link_marks_the_link(as_owner, acme):
    page = as_owner.get("/o/acme/billing/invoices/").content.decode()

    assert 'href="/o/acme/billing/" aria-current="true"' in page


def test_each_role_keeps_its_own_links_whoever_came_before(as_owner, as_viewer, acme):
    """The side bar is written once for each role; keys are for admins and owners."""
    sides = [client.get("/o/acme/members/").content.decode() for client in (as_owner, as_viewer, as_owner)]

    assert [">API keys</a>" in each for each in sides] == [True, False, True]


def test_the_switcher_offers_what_is_mine_as_it_is_called_now(as_owner, as_stranger, acme):
    """The list is written once for each set of names."""
    before = as_owner.get("/o/acme/members/").content.decode()
    Workspace.objects.create(organization=acme.organization, name="A & B", slug="a-and-b", timezone="UTC")
    after = as_owner.get("/w/acme/settings/").content.decode()

    assert "A &amp; B" not in before
    assert after.count('<a class="menu-item" href="/w/a-and-b/" data-workspace>') == 2  # beside the page, and above it
    assert after.count('<a class="menu-item" href="/w/acme/" data-workspace aria-current="true">') == 2
    assert 'href="/w/acme/" data-workspace' not in as_stranger.get("/account/").content.decode()
