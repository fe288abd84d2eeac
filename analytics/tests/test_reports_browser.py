"""Events, people and money in a real browser: keys, menus, the back button, and what the console says."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from analytics.tests.world import Sent, page_view, store_events
from config.lib import clock
from workspaces.models import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reports(event_store: object, acme: Workspace, as_analyst: Client, live_site: str, page: Page) -> Iterator[Page]:
    """Sixty page views and a purchase yesterday, one page view just now; afterwards: nothing violated the CSP."""
    now = clock.now()
    yesterday = (now - timedelta(days=1)).date().isoformat()
    bought = {"value": 20.0, "currency": "EUR", "user_id": "u-1", "props": {"product": "mug"}}
    store_events(
        acme.dataset_id(),
        [
            *[page_view(f"{yesterday}T10:{minute:02}", f"/p{minute}") for minute in range(60)],
            Sent(f"{yesterday}T11:00", "goal", "/", 1, "purchase", fields=bought),
            page_view((now - timedelta(minutes=1)).replace(tzinfo=None).isoformat(), "/just-now", visitor=2),
        ],
    )
    session = as_analyst.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_site}])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_site}/w/acme/")
    yield page
    assert [text for text in said if "WebSocket" not in text] == []  # no live process runs in this test


def test_the_tail_is_paused_by_a_key_and_older_events_are_a_key_away(reports: Page) -> None:
    reports.get_by_role("link", name="Events", exact=True).first.click()
    reports.get_by_role("link", name="Live tail").click()
    expect(reports.locator(".event-list")).to_contain_text("/just-now")

    reports.keyboard.press("k")
    expect(reports.get_by_text("Stands still until you go on.")).to_be_visible()
    expect(reports).to_have_url(re.compile("[?]tail=paused$"))

    reports.get_by_role("link", name="List", exact=True).click()
    reports.locator("#period-menu summary").click()
    reports.keyboard.press("e")
    expect(reports).to_have_url(re.compile("period=yesterday"))
    expect(reports.locator(".event-list > li")).to_have_count(50)
    reports.keyboard.press("j")
    expect(reports.locator(".event-list > li")).to_have_count(11)
    reports.go_back()
    expect(reports.locator(".event-list > li")).to_have_count(50)


def test_one_goes_from_the_list_of_people_to_a_person_and_a_visit(reports: Page) -> None:
    reports.get_by_role("link", name="People", exact=True).first.click()
    reports.fill("#people-search", "U-1")
    reports.keyboard.press("Enter")
    expect(reports.locator("tbody tr")).to_have_count(1)
    expect(reports).to_have_url(re.compile("search=U-1"))

    reports.get_by_role("link", name="u-1").click()
    expect(reports.locator("h1")).to_have_text("u-1")
    expect(reports.locator(".facts")).to_contain_text("20.00")
    reports.locator(".visit-head a").first.click()
    bought = reports.locator(".event-list > li").filter(has_text="purchase")
    bought.locator(".props summary").click()
    expect(bought.locator(".props dl")).to_contain_text("mug")
    expect(reports.locator(".event-list > li").last).to_contain_text("Visit ended")


def test_revenue_is_drawn_and_told_by_product(reports: Page) -> None:
    reports.get_by_role("link", name="Revenue", exact=True).first.click()
    expect(reports.locator(".chart canvas")).to_be_visible()

    reports.locator("#by-menu summary").click()
    reports.get_by_role("link", name="Product", exact=True).click()

    expect(reports.get_by_role("heading", name="Revenue by product")).to_be_visible()
    expect(reports).to_have_url(re.compile("[?]by=product$"))


def test_a_number_opens_its_receipt_and_leads_to_its_people(reports: Page) -> None:
    reports.get_by_role("link", name="Lifecycle", exact=True).first.click()
    reports.locator("#period-menu summary").click()
    reports.keyboard.press("e")
    expect(reports).to_have_url(re.compile("period=yesterday"))
    reports.locator("td a.receipt-number").first.click()
    dialog = reports.locator("dialog.receipt")
    expect(dialog).to_contain_text("New: ")
    expect(dialog).to_contain_text("As it was asked")
    reports.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    reports.keyboard.press("q")
    expect(dialog).to_contain_text("Lifecycle")
    reports.keyboard.press("Escape")
    reports.locator("td a.receipt-number").first.click()
    dialog.get_by_role("link", name="Who they are").click()
    expect(reports.locator("h1")).to_contain_text("New people")


def test_a_point_of_a_trend_leads_to_its_people_and_a_word_to_its_meaning(reports: Page) -> None:
    reports.get_by_role("button", name="Visitors").first.click()
    expect(reports.locator("#hint")).to_contain_text("Different visitors")
    reports.keyboard.press("Escape")
    expect(reports.locator("#hint")).to_be_hidden()
    reports.goto(reports.url.split("?")[0] + "reports/trends/?period=7d&show=bar")
    reports.wait_for_selector(".chart canvas")
    over = reports.locator(".chart .u-over").bounding_box()
    assert over
    reports.mouse.move(over["x"] + over["width"] - 8, over["y"] + over["height"] - 30)  # yesterday is the last of seven
    reports.mouse.click(over["x"] + over["width"] - 8, over["y"] + over["height"] - 30)
    expect(reports).to_have_url(re.compile("/behind/.*row=6"))
    expect(reports.locator("h1")).to_contain_text("Visitors")


def test_people_and_visits_open_as_pages_of_their_own(reports: Page, live_site: str) -> None:
    for path, word in (("people/?period=yesterday", "u-1"), ("funnel/?period=yesterday&by=country", "1")):
        reports.goto(f"{live_site}/w/acme/reports/{path}")
        reports.locator("table.data-table").get_by_role("link", name=word).first.click()
        expect(reports.locator("#overview")).to_have_count(0)
        expect(reports.locator("h1")).to_have_count(1)
        expect(reports.locator(".sidebar")).to_have_count(1)


def test_each_key_of_a_report_does_one_thing(reports: Page, live_site: str) -> None:
    for name in ("trends", "funnel"):
        reports.goto(f"{live_site}/w/acme/reports/{name}/")
        keys = reports.locator("[data-key]").evaluate_all("found => found.map((each) => each.dataset.key)")
        assert len(keys) == len(set(keys)), sorted(keys)

    reports.keyboard.press("+")

    expect(reports.locator(".sentence-lines .letter")).to_have_text(["A", "B", "C"])
    expect(reports).to_have_url(re.compile("step="))


def test_a_question_is_changed_with_keys_alone_and_they_go_on_from_there(reports: Page, live_site: str) -> None:
    reports.goto(f"{live_site}/w/acme/reports/trends/?period=7d")
    reports.keyboard.press("b")
    reports.keyboard.type("browser")
    expect(reports.locator("#by-menu .menu-item:visible")).to_have_text(["Browser", "Browser version"])
    reports.keyboard.press("ArrowDown")
    reports.keyboard.press("Enter")
    expect(reports).to_have_url(re.compile("by=browser"))
    expect(reports.locator("#by-menu > summary")).to_be_focused()

    reports.keyboard.press("ArrowDown")
    expect(reports.locator("#by-menu .menu-search")).to_be_focused()
    reports.keyboard.press("Escape")
    expect(reports.locator("#by-menu > summary")).to_be_focused()
    reports.keyboard.press("+")
    expect(reports.locator(".sentence-lines .letter")).to_have_text(["A", "B"])
    expect(reports.locator("[data-key='+']")).to_be_focused()
