"""Privacy mode and the fingerprint: tests E123 and E125, H189, H190 and H193 of the acceptance list."""

import base64
import json
import urllib.parse

import pytest
from playwright.sync_api import Page

from tracking.tests import door
from tracking.tests.script.live import Live

pytestmark = pytest.mark.browser

SHA1 = "823776525776c8f23a87176c59d25759da7a52c4"
SHA256 = "0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b"
FORM = """<form id="f"><input type="email" name="email"><input name="note"><button>Send</button></form>
<script>document.addEventListener('submit', event => event.preventDefault())</script>"""


def everything(page: Page, live: Live) -> str:
    """All that left the browser, reached the log or is kept, in small letters."""
    kept = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
    return "".join([*live.bodies, str(door.envelopes(live.dataset_id)), kept]).lower()


@pytest.mark.parametrize(
    ("which", "hashes"),
    [
        ("sha1", {"email_hash": SHA1}),
        ("sha256", {"email_sha256": SHA256}),
        ("both", {"email_hash": SHA1, "email_sha256": SHA256}),
    ],
)
def test_E123_in_privacy_mode_an_address_is_a_hash_everywhere(
    page: Page, live: Live, which: str, hashes: dict[str, str]
) -> None:
    live.open(FORM, f'data-privacy-mode="true" data-hash="{which}"', path="?email=Foo%40Bar.com")
    assert (
        page.evaluate("MetricPal.identify(' Foo@Bar.com ', {plan: 'pro', name: 'Ann Lee', phone: '+491234'})") is True
    )
    page.fill("[name=email]", "FOO@bar.com")
    page.press("[name=email]", "Enter")
    assert live.one("identify").user_id
    assert live.one("form_submit")
    assert {**hashes, "plan": "pro"}.items() <= live.sent("identify")[0].items()
    assert page.evaluate("MetricPal.getUserIdentity()") == {**hashes, "traits": {"plan": "pro"}}
    all_of_it = everything(page, live)
    spellings = ["foo@bar.com", urllib.parse.quote("foo@bar.com"), base64.b64encode(b"foo@bar.com").decode()]
    assert not any(secret.lower() in all_of_it for secret in (*spellings, "Ann Lee", "+491234"))


def test_E125_the_hash_needs_no_secure_page(page: Page, live: Live) -> None:
    no_subtle = "<script>Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})</script>"
    live.open(options="data-privacy-mode data-hash=sha256", before=no_subtle)
    page.evaluate("MetricPal.identify('foo@bar.com')")
    live.one("identify")
    assert live.sent("identify")[0]["email_sha256"] == SHA256


def test_H193_an_address_found_in_privacy_mode_leaves_its_domain_at_most(page: Page, live: Live) -> None:
    live.open(FORM, 'data-privacy-mode="true" data-email-domain="false"')
    page.fill("[name=email]", "foo@bar.com")
    page.press("[name=email]", "Enter")
    live.one("auto_identify")
    assert live.sent("auto_identify") == [{"source": "form", "email_hash": SHA1}]
    assert "bar.com" not in everything(page, live)


def context(live: Live) -> dict[str, str]:
    return dict(json.loads(live.bodies[-1])["context"])


def test_H190_a_fingerprint_is_the_same_after_a_reload_and_keeps_nothing(page: Page, live: Live) -> None:
    live.open(options='data-cookieless="fingerprint"')
    first = page.evaluate("MetricPal.getVisitorId()")
    assert context(live)["fp"] == first
    page.context.clear_cookies()
    page.reload()
    live.wait(lambda: len(live.events("page_view")) == 2)
    assert page.evaluate("MetricPal.getVisitorId()") == first
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    assert all("visitor_id" not in body for body in live.bodies)


def test_H190_without_consent_there_is_no_fingerprint(page: Page, live: Live) -> None:
    gpc = "<script>Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})</script>"
    live.open(options='data-cookieless="fingerprint"', before=gpc)
    assert "fp" not in context(live)
    assert page.evaluate("MetricPal.getVisitorId()").startswith("m_")
