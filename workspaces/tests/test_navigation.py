"""The side bar says where one is, also on pages behind its links."""

import pytest

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
