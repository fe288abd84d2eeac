"""From sign-up to the first event, in a real browser."""

import json

import pytest
from playwright.sync_api import expect

from tracking.tests.door import CHROME, post
from workspaces.models import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery staple"


def test_a_newcomer_gets_from_sign_up_to_the_first_event(live_site, browser, writer):
    context = browser.new_context(timezone_id="Asia/Tokyo", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text) if message.type == "error" else None)

    page.goto(f"{live_site}/accounts/signup/")
    page.get_by_label("E-mail address").fill("new@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()

    page.get_by_label("Name of your organization").fill("Acme")
    page.get_by_label("Website").fill("https://shop.example/")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
    shop = Workspace.objects.get()
    assert (shop.domain, shop.timezone) == ("shop.example", "Asia/Tokyo")

    key = shop.api_keys.get(environment="live").raw
    page.get_by_role("radio", name="curl").check()
    page.locator("[data-copy='#snippet-curl']").click()
    assert key in page.evaluate("navigator.clipboard.readText()")

    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("Storing")).to_be_visible()
    writer.store_next(0)
    expect(page.get_by_text("Stored.")).to_be_visible()
    expect(page.get_by_role("heading", name="The test event arrived.")).to_be_visible()

    body = {"events": [{"event_type": "page_view", "session_id": "s", "properties": {"url": "https://shop.example/a"}}]}
    assert post(json.dumps(body), key, User_Agent=CHROME).status_code == 200
    writer.store_next(0)
    expect(page.get_by_role("heading", name="Events are arriving.")).to_be_visible()
    assert noise == []
    context.close()


def test_a_secret_key_is_seen_once_and_copied(live_site, browser, owner, acme):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{live_site}/accounts/login/?next=/w/acme/settings/keys/")
    page.get_by_label("E-mail address").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_label("Name").fill("Nightly report")
    page.get_by_label("Kind").select_option("secret")
    page.get_by_role("button", name="Create key").click()
    page.locator("[data-copy='#new-key']").click()
    raw = page.evaluate("navigator.clipboard.readText()")
    assert raw.startswith("mp_secret_live_")
    page.goto(f"{live_site}/w/acme/settings/keys/")
    expect(page.get_by_text("Nightly report")).to_be_visible()
    assert raw not in page.content()

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("button", name="Revoke")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Nightly report is revoked")).to_be_visible()
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)
    context.close()
