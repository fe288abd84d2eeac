"""The Python package that customers install: the Django tag."""

import re
from types import SimpleNamespace

import pytest
from django.conf import settings as present
from django.core.exceptions import ImproperlyConfigured

PACKAGE = present.BASE_DIR / "tracking" / "clients" / "python"
KEY = "mp_live_1234567890abcdef"


def tag_of(html: str) -> str:
    found = re.search(r"<script async[^>]*></script>", html)
    assert found
    return found[0]


def test_the_tag_is_the_stub_and_the_script_with_the_key(django_tag):
    html = django_tag("{% metricpal %}", {"URL": "https://metrics.example.com/", "KEY": KEY})
    assert tag_of(html) == (
        f'<script async src="https://metrics.example.com/trackingscript.js" data-apikey="{KEY}"></script>'
    )
    assert html.index("MetricPal={q:[]}") < html.index("trackingscript.js")


def test_a_container_takes_the_place_of_the_key(django_tag):
    html = django_tag("{% metricpal %}", {"URL": "https://metrics.example.com", "CONTAINER": "c_0123456789abcdef"})
    assert tag_of(html) == '<script async src="https://metrics.example.com/tag/c_0123456789abcdef.js"></script>'


def test_a_path_of_ones_own_site_carries_the_events_too(django_tag):
    html = django_tag("{% metricpal %}", {"URL": "/w", "KEY": KEY})
    assert tag_of(html) == f'<script async src="/w/trackingscript.js" data-apikey="{KEY}" data-api="/w"></script>'


def test_options_of_the_tag_win_over_those_of_the_setting(django_tag):
    setting = {"URL": "/w", "KEY": KEY, "OPTIONS": {"cookieless": True, "session_timeout": 60}}
    html = tag_of(django_tag("{% metricpal cookieless=False debug=True %}", setting))
    assert ' data-cookieless="false" data-session-timeout="60" data-debug="true"' in html


def test_who_is_signed_in_is_identified_by_the_primary_key_where_the_project_asks(django_tag):
    user = SimpleNamespace(is_authenticated=True, pk="7</script>")
    asked = {"URL": "/w", "KEY": KEY, "IDENTIFY": True}
    assert 'MetricPal.identify("7\\u003C/script\\u003E")' in django_tag("{% metricpal %}", asked, user=user)
    assert "identify(" not in django_tag("{% metricpal %}", asked, user=SimpleNamespace(is_authenticated=False))
    assert "identify(" not in django_tag("{% metricpal %}", asked)
    assert "identify(" not in django_tag("{% metricpal %}", {"URL": "/w", "KEY": KEY}, user=user)


def test_every_script_carries_the_nonce_of_the_policy(django_tag):
    request = SimpleNamespace(csp_nonce="abc", user=SimpleNamespace(is_authenticated=True, pk=7))
    html = django_tag("{% metricpal %}", {"URL": "/w", "KEY": KEY, "IDENTIFY": True}, request=request)
    assert html.count("<script") == html.count('nonce="abc"') == 3


@pytest.mark.parametrize("setting", [None, {}, {"URL": "", "KEY": KEY}])
def test_a_project_that_configured_nothing_gets_nothing(django_tag, setting):
    assert django_tag("{% metricpal %}", setting) == ""


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"URL": "/w"}, "either KEY or CONTAINER"),
        ({"URL": "/w", "KEY": KEY, "CONTAINER": "c_0123456789abcdef"}, "either KEY or CONTAINER"),
        ({"URL": "/w", "KEY": "mp_secret_live_1"}, "publishable"),
        ({"URL": "/w", "CONTAINER": "../x"}, "no id"),
        ({"URL": "/w", "APIKEY": KEY}, "has no APIKEY"),
    ],
)
def test_a_wrong_setting_is_named(django_tag, setting, says):
    with pytest.raises(ImproperlyConfigured, match=says):
        django_tag("{% metricpal %}", setting)


def test_quotes_in_a_setting_break_out_of_nothing(django_tag):
    assert 'data-apikey="&quot;&gt;&lt;x"' in django_tag("{% metricpal %}", {"URL": "/w", "KEY": '"><x'})


def test_the_stub_keeps_only_calls_that_the_script_knows(django_tag):
    html = django_tag("{% metricpal %}", {"URL": "/w", "KEY": KEY})
    kept = re.search(r"'([\w ]+)'\.split", html)
    known = (present.BASE_DIR / "tracking/tracker/src/methods.js").read_text()
    assert kept
    assert [name for name in kept[1].split() if f'"{name}"' not in known] == []
