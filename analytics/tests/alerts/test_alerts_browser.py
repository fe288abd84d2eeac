"""The builder and the marks on a chart, in a browser."""

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from analytics import annotations
from analytics.models import AlertRule
from analytics.tests.world import page_view, store_events
from config.lib import clock
from config.testing.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("event_store")]


@pytest.fixture
def signed_in(page: Page, live_site, acme, owner) -> Page:
    page.goto(f"{live_site}/accounts/login/")
    page.fill("input[type=email]", owner.email)
    page.fill("input[type=password]", PASSWORD)
    page.click("form .btn-primary")
    page.wait_for_url(re.compile("/w/acme/"))
    return page


def test_a_sentence_is_changed_word_by_word_and_saved(signed_in: Page, live_site, acme):
    at = (clock.now() - timedelta(minutes=1)).isoformat()[:19]
    store_events(acme.dataset_id(), [page_view(at, visitor=n + 1) for n in range(3)])
    signed_in.goto(f"{live_site}/w/acme/alerts/new/")
    signed_in.fill("#alert-name", "Busy hour")

    signed_in.select_option("#alert-metric", "pageviews")
    expect(signed_in.locator(".alert-now b")).to_have_text("3")
    signed_in.fill("#alert-threshold", "2")
    signed_in.press("#alert-threshold", "Tab")
    expect(signed_in.get_by_text("would fire now")).to_be_visible()
    expect(signed_in.locator(".chart canvas")).to_be_visible()
    assert "threshold=2" in signed_in.url and "csrf" not in signed_in.url

    signed_in.select_option("#alert-condition", "change")
    expect(signed_in.locator("#alert-against")).to_be_visible()
    signed_in.select_option("#alert-condition", "above")
    expect(signed_in.locator("#alert-against")).to_have_count(0)
    expect(signed_in.locator("#alert-name")).to_have_value("Busy hour")

    signed_in.get_by_role("link", name="where").click()
    signed_in.fill("#filter-value", "/")
    signed_in.locator("#filter-dialog .btn-primary").click()
    expect(signed_in.get_by_text("Page is /")).to_be_visible()
    signed_in.get_by_role("button", name="Start watching").click()
    signed_in.wait_for_url(re.compile(r"/w/acme/alerts/[0-9a-f-]{36}/$"))

    made = AlertRule.objects.get()
    assert (made.name, made.condition, made.threshold) == ("Busy hour", "above", 2)
    assert made.query["series"] == [{"metric": "pageviews", "filters": [["is", "page", ["/"]]]}]


def test_a_note_stands_under_the_chart_and_says_what_it_is(signed_in: Page, live_site, acme, owner):
    now = clock.now()
    store_events(acme.dataset_id(), [page_view(now.isoformat()[:19])])
    annotations.create(acme, actor=owner, now=now, text="Version 2.1")
    signed_in.goto(f"{live_site}/w/acme/?period=day")

    mark = signed_in.locator(".chart-note")
    expect(mark).to_have_count(1)
    mark.focus()
    expect(mark.locator(".chart-note-said")).to_contain_text("Version 2.1")
    expect(signed_in.locator(".chart-notes")).to_contain_text("Version 2.1")

    signed_in.get_by_role("link", name="Add a note to the charts").click()
    signed_in.fill("#note-text", "Campaign begins")
    signed_in.get_by_role("button", name="Add note").click()
    expect(signed_in.locator(".chart-notes")).to_contain_text("Campaign begins")

    signed_in.locator(".chart .u-over").first.click(button="right", position={"x": 1, "y": 40})
    first = json.loads(signed_in.locator("#chart-data").inner_text())["moments"][0]
    expect(signed_in.locator("#note-at")).to_have_value(first)
    expect(signed_in.locator("#note-text")).to_be_focused()
    assert "period=day" in signed_in.url
