import tomllib

import pytest

from tracking.steps.sources import KIND_CHANNEL, TABLE, Origin, classify, find
from tracking.steps.urls import split

HERE = "https://www.acme.example/"


def origin(referrer: str = "", query: str = "") -> Origin:
    return classify(referrer, split(f"{HERE}?{query}"), "acme.example")


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("", Origin("", "", "Direct")),
        ("https://www.acme.example/cart", Origin("", "", "Direct")),
        ("https://blog.acme.example/", Origin("", "", "Direct")),
        ("https://notacme.example/", Origin("notacme.example/", "notacme.example", "Referral")),
        ("https://www.google.com/search?q=x", Origin("google.com/search", "Google", "Organic Search")),
        ("https://google.co.uk/", Origin("google.co.uk/", "Google", "Organic Search")),
        ("https://google.evil.com/", Origin("google.evil.com/", "google.evil.com", "Referral")),
        ("https://mail.google.com/mail/u/0", Origin("mail.google.com/mail/u/0", "Gmail", "Email")),
        ("https://gemini.google.com/", Origin("gemini.google.com/", "Gemini", "AI")),
        ("https://chatgpt.com/c/1", Origin("chatgpt.com/c/1", "ChatGPT", "AI")),
        ("https://t.co/abc", Origin("t.co/abc", "X", "Organic Social")),
        ("https://t.me/x", Origin("t.me/x", "Telegram", "Organic Social")),
        ("https://l.facebook.com/", Origin("l.facebook.com/", "Facebook", "Organic Social")),
        ("android-app://com.google.android.gm/", Origin("com.google.android.gm/", "Gmail", "Email")),
        ("https://youtu.be/x", Origin("youtu.be/x", "YouTube", "Organic Video")),
        ("https://www.amazon.de/dp/1", Origin("amazon.de/dp/1", "Amazon", "Organic Shopping")),
        ("https://open.spotify.com/", Origin("open.spotify.com/", "Spotify", "Audio")),
        ("https://github.com/acme/x", Origin("github.com/acme/x", "GitHub", "Referral")),
        ("javascript:alert(1)", Origin("", "", "Direct")),
    ],
)
def test_the_referrer_names_source_and_channel(referrer, expected):
    assert origin(referrer) == expected


@pytest.mark.parametrize(
    ("query", "source", "channel"),
    [
        ("utm_source=google&utm_medium=cpc", "Google", "Paid Search"),
        ("utm_source=GOOGLE&utm_medium=organic", "Google", "Organic Search"),
        ("utm_source=fb&utm_medium=paid_social", "Facebook", "Paid Social"),
        ("utm_source=youtube&utm_medium=cpv", "YouTube", "Paid Video"),
        ("utm_source=google&utm_medium=cpc&utm_campaign=summer+shopping", "Google", "Paid Shopping"),
        ("utm_source=someone&utm_medium=cpc", "someone", "Paid Other"),
        ("utm_source=adnet&utm_medium=cpm", "adnet", "Display"),
        ("utm_source=adnet&utm_medium=banner", "adnet", "Display"),
        ("utm_source=google&utm_medium=cpc&utm_campaign=x-cross-network", "Google", "Cross-network"),
        ("utm_source=newsletter&utm_medium=email", "Newsletter", "Email"),
        ("utm_source=partner&utm_medium=affiliate", "partner", "Affiliates"),
        ("utm_source=x&utm_medium=sms", "X", "SMS"),
        ("utm_medium=podcast", "", "Audio"),
        ("utm_source=chatgpt.com", "ChatGPT", "AI"),
        ("ref=producthunt", "Product Hunt", "Organic Social"),
        ("utm_source=poster", "poster", "Other"),
        ("utm_campaign=spring", "", "Other"),
        ("gclid=1", "Google", "Paid Search"),
        ("msclkid=1", "Bing", "Paid Search"),
        ("fbclid=1", "Facebook", "Organic Social"),
    ],
)
def test_what_the_link_says_names_source_and_channel(query, source, channel):
    found = origin(query=query)

    assert (found.source, found.channel) == (source, channel)


def test_the_link_is_believed_before_the_referrer():
    assert origin("https://www.bing.com/", "utm_source=newsletter&utm_medium=email")[1:] == ("Newsletter", "Email")
    assert origin("https://www.google.com/", "gclid=1")[1:] == ("Google", "Paid Search")


def test_every_source_of_the_table_is_found_by_each_of_its_hosts():
    for kind, table in tomllib.loads(TABLE.read_text("utf-8")).items():
        assert kind in KIND_CHANNEL
        for name, marks in table.items():
            for mark in marks:
                if "." in mark:
                    found = find(mark.replace("*", "de"))
                    assert found is not None
                    assert (found.name, found.kind) == (name, kind), mark
