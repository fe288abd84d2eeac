import pytest

from config.lib.problems import Problem
from workspaces import hosts


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
    "typed", ["not a host", "http://", "-a.example", "a..b", "*.example.com", "a_b.example", "a" * 64]
)
def test_what_is_no_host_is_refused_with_an_example(typed):
    with pytest.raises(Problem, match=r"Write it like www\.example\.com"):
        hosts.normalize(typed)
