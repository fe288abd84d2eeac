"""Whose a domain is: first come, first served, but not against the company that it belongs to."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from workspaces.models import Organization

JSON = "application/json"


@pytest.fixture
def squatted(as_stranger, globex) -> Organization:
    """Somebody from elsewhere has named corp.example."""
    answer = as_stranger.put(f"/api/v1/organizations/{globex.organization.uid}", {"domain": "corp.example"}, JSON)
    assert answer.status_code == 200
    return globex.organization


def at_corp(verified: bool) -> Client:
    """Somebody who works there, signed in."""
    user = User.objects.create_user("ada@corp.example", "correct horse battery staple")
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    client = Client()
    client.force_login(user)
    return client


def domain_of(organization: Organization) -> str | None:
    organization.refresh_from_db()
    return organization.domain


def test_who_has_a_confirmed_address_there_gets_the_domain_and_the_others_log_says_so(squatted):
    answer = at_corp(verified=True).post("/api/v1/organizations", {"name": "Corp", "domain": "corp.example"}, JSON)
    assert (answer.status_code, answer.json()["domain"]) == (201, "corp.example")
    assert domain_of(squatted) is None
    entry = squatted.audit_entries.first()
    assert (entry.actor, entry.action) == ("MetricPal", "organization.change")
    assert entry.target == "domain: corp.example belongs to somebody with an address there"


def test_it_is_given_over_the_page_too(squatted):
    ada = at_corp(verified=True)
    made = ada.post("/api/v1/organizations", {"name": "Corp"}, JSON).json()
    assert ada.post(f"/o/{made['slug']}/", {"name": "Corp", "domain": "www.corp.example"}).status_code == 302
    assert domain_of(squatted) == "corp.example"  # another name
    assert ada.post(f"/o/{made['slug']}/", {"name": "Corp", "domain": "corp.example"}).status_code == 302
    assert domain_of(squatted) is None


def test_nobody_else_gets_it_and_the_refusal_says_what_to_do(squatted, as_owner, acme):
    unconfirmed = at_corp(verified=False)
    answers = [
        unconfirmed.post("/api/v1/organizations", {"name": "Corp", "domain": "corp.example"}, JSON),
        as_owner.put(f"/api/v1/organizations/{acme.organization.uid}", {"domain": "corp.example"}, JSON),
    ]
    assert {(each.status_code, each.json()["field"]) for each in answers} == {(422, "domain")}
    assert "signed in with a confirmed e-mail address at corp.example" in answers[0].json()["detail"]
    page = as_owner.post("/o/acme/", {"name": "Acme", "domain": "corp.example"})
    assert b"signed in with a confirmed e-mail address at corp.example" in page.content
    assert domain_of(squatted) == "corp.example"
    assert not Organization.objects.filter(name="Corp").exists()


def test_of_two_from_there_the_first_one_keeps_it(squatted, stranger):
    EmailAddress.objects.create(user=stranger, email="stranger@corp.example", verified=True)
    answer = at_corp(verified=True).post("/api/v1/organizations", {"name": "Corp", "domain": "corp.example"}, JSON)
    assert answer.status_code == 422
    assert domain_of(squatted) == "corp.example"
