"""Buttons that copy, where the browser has no clipboard for pages: on plain http, anywhere but on localhost."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("event_store")]
SNIPPET = "[data-copy='#snippet-html']"
NO_CLIPBOARD = "Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });"
NO_COPYING = "Document.prototype.execCommand = () => false;"


@pytest.fixture
def install(live_site: str, page: Page, as_owner, acme_key) -> Page:
    """The install page, once a test has said what the browser lacks."""
    page.context.add_cookies([{"name": "sessionid", "value": as_owner.cookies["sessionid"].value, "url": live_site}])
    page.set_default_timeout(15_000)  # the first request of a process loads the whole product
    page.add_init_script(NO_CLIPBOARD)
    page.goto(f"{live_site}/w/acme/install/")
    return page


def pasted(page: Page) -> str:
    """What Ctrl+V puts into a field."""
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), { id: 'paste' }))")
    page.locator("#paste").focus()
    page.keyboard.press("Control+V")
    return page.locator("#paste").input_value()


def test_a_snippet_is_copied_all_the_same_and_the_button_keeps_the_focus(install, acme_key):
    install.locator(SNIPPET).click()

    expect(install.locator(SNIPPET)).to_have_text("Copied")
    expect(install.locator(SNIPPET)).to_be_focused()
    assert acme_key in pasted(install)


def test_where_nothing_may_be_copied_it_is_selected_and_the_page_says_so(install, acme_key):
    install.add_init_script(NO_COPYING)
    install.reload()
    install.locator(SNIPPET).click()

    expect(install.get_by_text("It is selected: press Ctrl+C")).to_be_visible()
    expect(install.locator(SNIPPET)).to_have_text("Copy")
    assert install.evaluate("getSelection().toString().trim()") == install.locator("#snippet-html").inner_text().strip()
    install.keyboard.press("Control+C")
    assert acme_key in pasted(install)


def test_what_stands_nowhere_on_the_page_is_shown_in_a_field(live_site, install):
    install.add_init_script(NO_COPYING)
    install.goto(f"{live_site}/w/acme/reports/trends/?period=day&s=visits")
    offered = []
    install.once("dialog", lambda dialog: (offered.append(dialog.default_value), dialog.dismiss()))

    install.get_by_role("button", name="Copy link").click()

    assert len(offered) == 1 and "/w/acme/reports/trends/?period=day&s=visits" in offered[0]
