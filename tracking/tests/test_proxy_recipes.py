"""The first-party proxy, as the documentation tells customers to set it up."""

import http.client
import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tracking.client import INTERNAL
from tracking.models import CollectionRules
from tracking.tests import door
from tracking.tests.recipes import PASSES, running

VISITOR = "127.0.0.2"  # an address of this machine that is not the proxy's
PASSED = {
    "/w/trackingscript.js": "/trackingscript.js",
    "/w/s/2.2.0/more.0a1b2c3d.js": "/s/2.2.0/more.0a1b2c3d.js",
    "/w/tag/c_0123456789abcdef.js": "/tag/c_0123456789abcdef.js",
    "/w/tag/c_0123456789abcdef/3.js": "/tag/c_0123456789abcdef/3.js",
    "/w/api/v1/collect": "/api/v1/collect",
}
KEPT = [
    "/",
    "/w/",
    "/w/accounts/login/",
    "/w/admin/",
    "/w/api/v1/collectx",
    "/w/api/v1/containers",
    "/trackingscript.js",
]


@pytest.mark.parametrize("language", PASSES)
def test_a_recipe_passes_on_what_the_script_needs_and_nothing_else(language: str):
    passes = PASSES[language]
    assert {path: passes(path) for path in PASSED} == PASSED
    assert [path for path in KEPT if passes(path)] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["nginx", "caddy"])
def test_an_event_through_the_proxy_comes_from_the_visitor_whatever_the_visitor_claims(
    language: str, live_site: str, acme: Any, acme_key: str, empty_log: None, settings: Any, tmp_path: Path
):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    CollectionRules.objects.create(workspace=acme, internal_addresses=[VISITOR])
    body = json.dumps({"api_key": acme_key, "events": [{"event_type": "page_view", "url": "https://www.example.com/"}]})
    with running(language, live_site, tmp_path) as address:
        status, _ = ask(
            address, "POST", "/w/api/v1/collect", body, {"X-Forwarded-For": "198.51.100.7", "Cookie": "a=b"}
        )
        script, text = ask(address, "GET", "/w/trackingscript.js?x=1")
        _, elsewhere = ask(address, "GET", "/w/docs/")
    assert (status, script) == (200, 200)
    assert "MetricPal" in text
    assert "MetricPal" not in elsewhere
    (envelope,) = door.envelopes(acme.dataset_id())
    assert envelope.client.bot == INTERNAL


def ask(address: str, method: str, path: str, body: str | None = None, headers: Any = None) -> tuple[int, str]:
    """(status, body) for a visitor at VISITOR."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, source_address=(VISITOR, 0), timeout=10)
    with closing(connection):
        connection.request(method, path, body, {"Content-Type": "text/plain", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
