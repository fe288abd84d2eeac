import pytest

from tracking.steps.urls import UrlParts, split


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", UrlParts()),
        ("https://www.Acme.example:443/Docs/?x=1#top", UrlParts("www.acme.example", "/Docs/")),
        ("https://acme.example", UrlParts("acme.example", "/")),
        ("https://acme.example./a", UrlParts("acme.example", "/a")),
        ("https://user:secret@acme.example/a", UrlParts("acme.example", "/a")),
        ("/docs?token=secret", UrlParts("", "/docs")),
        ("https://acme.example/#/cart?utm_medium=email", UrlParts("acme.example", "/#/cart", utm_medium="email")),
        ("https://[::1]:8000/x", UrlParts("[::1]", "/x")),
        ("https://[::1", UrlParts()),
        (
            "https://a.example/?utm_source=News%20Letter&utm_medium=email&utm_campaign=a+b&utm_term=t&utm_content=c",
            UrlParts("a.example", "/", "News Letter", "email", "a b", "t", "c"),
        ),
        ("https://a.example/?UTM_Source=x&utm_source=y", UrlParts("a.example", "/", "x")),
        ("https://a.example/?utm_source=&ref=hn", UrlParts("a.example", "/", "hn")),
        ("https://a.example/?utm_source=a%00%0Ab", UrlParts("a.example", "/", "ab")),
        ("https://a.example/?gclid=Cj0KCQ", UrlParts("a.example", "/", click_id="gclid")),
    ],
)
def test_an_address_is_taken_apart_and_its_query_dropped(url, expected):
    assert split(url) == expected


def test_a_click_id_is_named_but_its_value_is_not_kept():
    assert "Cj0KCQ" not in repr(split("https://a.example/?gclid=Cj0KCQ&utm_source=google"))
