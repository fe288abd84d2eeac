import pytest

from config.lib.problems import Problem
from workspaces import hosts

NO_WEBSITES = [
    "javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "ftp://example.com",
    "mailto:me@example.com",
    "0001-01-01T00:00:00Z",
    "example.com:port",
]


@pytest.mark.parametrize(
    "typed, host",
    [
        ("", ""),
        ("   ", ""),
        ("example.com", "example.com"),
        ("  WWW.Example.com. ", "www.example.com"),
        ("https://example.com/shop?x=1#y", "example.com"),
        ("example.com:8443", "example.com"),
        ("//example.com", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("localhost:3000", "localhost"),
        ("http://user:pw@example.com/", "example.com"),
    ],
)
def test_what_people_type_becomes_the_bare_host(typed, host):
    assert hosts.normalize(typed) == host


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("", ""),
        ("https://Shop.Example.com/", "shop.example.com"),
        ("*.Example.com", "*.example.com"),
        ("localhost:3000", "localhost:3000"),
        ("https://example.com:443", "example.com"),
        ("*.example.com:8443", "*.example.com:8443"),
    ],
)
def test_a_place_that_may_send_keeps_its_star_and_its_port(typed, kept):
    assert hosts.normalize_allowed(typed) == kept


@pytest.mark.parametrize(
    "typed", ["not a host", "http://", "-a.example", "a..b", "*.example.com", "a_b.example", "a" * 64, *NO_WEBSITES]
)
def test_what_is_no_host_is_refused_with_an_example(typed):
    with pytest.raises(Problem, match=r"Write it like www\.example\.com"):
        hosts.normalize(typed)


@pytest.mark.parametrize("typed", ["com", "localhost", "127.0.0.1", "http://10.0.0.7:8000/", "127.1", "a.b.1"])
def test_an_organization_has_a_domain_that_can_be_registered(as_owner, acme, typed):
    over_api = as_owner.put(
        f"/api/v1/organizations/{acme.organization.uid}", {"domain": typed}, content_type="application/json"
    )
    over_page = as_owner.post("/o/acme/", {"name": "Acme", "domain": typed})

    assert (over_api.status_code, over_api.json()["code"], over_api.json()["field"]) == (422, "not_a_domain", "domain")
    assert b"Write it like example.com." in over_page.content
    acme.organization.refresh_from_db()
    assert acme.organization.domain is None


@pytest.mark.parametrize("typed", NO_WEBSITES)
def test_a_workspace_whose_website_is_none_is_not_made(as_owner, acme, typed):
    answer = as_owner.post("/api/v1/workspaces", {"name": "Shop", "domain": typed}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_host")
    assert acme.organization.workspaces.count() == 1


def test_a_workspace_may_be_that_of_a_machine(as_owner, acme):
    for typed in ("localhost:3000", "127.0.0.1", "http://intranet/"):
        path = f"/api/v1/workspaces/{acme.uid}"
        assert as_owner.put(path, {"domain": typed}, content_type="application/json").status_code == 200
