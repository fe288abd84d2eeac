"""The overview in a real browser: clicks, keys, the back button, the theme, and what the console says."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import APIResponse, Page, Route, expect

from analytics.tests.world import page_view, store_events
from config.lib import clock
from workspaces.models import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def overview(event_store: object, acme: Workspace, as_viewer: Client, live_site: str, page: Page) -> Iterator[Page]:
    """Two visitors yesterday, one from Germany and one from France; afterwards: nothing violated the CSP."""
    yesterday = (clock.now() - timedelta(days=1)).date().isoformat()
    germany, france = {"country": "DE"}, {"country": "FR"}
    store_events(
        acme.dataset_id(),
        [
            page_view(f"{yesterday}T10:00", "/", client=germany),
            page_view(f"{yesterday}T10:01", "/pricing", client=germany),
            page_view(f"{yesterday}T11:00", "/docs", visitor=2, client=france),
        ],
    )
    session = as_viewer.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_site}])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_site}/w/acme/")
    expect(page.locator(".chart canvas")).to_be_visible()
    yield page
    assert [text for text in said if "WebSocket" not in text] == []  # no live process runs in this test


def visitors(page: Page) -> str:
    return page.locator('[data-metric="visitors"] .tile-value').inner_text()


def test_a_click_on_a_row_filters_and_the_back_button_undoes_it(overview: Page) -> None:
    overview.get_by_role("link", name="Germany", exact=True).click()

    expect(overview.locator(".pill")).to_contain_text("Country is Germany")
    expect(overview.locator('[data-metric="visitors"] .tile-value')).to_have_text("1")
    assert overview.url.endswith("/w/acme/?f=is,country,DE")

    overview.go_back()

    expect(overview.locator(".pill")).to_have_count(0)
    expect(overview.locator('[data-metric="visitors"] .tile-value')).to_have_text("2")
    expect(overview.locator(".chart canvas")).to_be_visible()


def test_a_period_is_chosen_from_the_menu(overview: Page) -> None:
    overview.locator("#period-menu summary").click()
    overview.get_by_role("link", name="Last 7 days").click()

    expect(overview.locator("#period-menu summary")).to_have_text("Last 7 days")
    assert overview.url.endswith("?period=7d")
    assert visitors(overview) == "2"


def test_a_range_that_ends_before_it_starts_is_not_sent(overview: Page) -> None:
    overview.keyboard.press("c")
    overview.locator("#custom-from").fill("2026-03-09")
    overview.locator("#custom-to").fill("2026-03-01")
    overview.get_by_role("button", name="Show", exact=True).click()

    said = overview.locator("#custom-to").evaluate("field => field.validationMessage")
    assert said == "The end of the range lies before its start."
    assert "custom" not in overview.url

    overview.locator("#custom-from").fill("2026-03-01")
    overview.get_by_role("button", name="Show", exact=True).click()
    expect(overview.locator("#period-menu summary")).to_have_text("1 Mar 2026")


def test_keys_choose_periods_switch_the_comparison_and_clear_filters(overview: Page) -> None:
    overview.keyboard.press("w")
    expect(overview.locator("#period-menu summary")).to_have_text("Last 7 days")

    overview.keyboard.press("x")
    expect(overview.locator("#compare-menu summary")).to_have_text("No comparison")

    overview.keyboard.press("ArrowLeft")
    expect(overview.locator("#period-menu summary")).to_contain_text("–")
    assert "period=custom" in overview.url and "compare=off" in overview.url

    overview.keyboard.press("f")
    overview.get_by_role("link", name="France", exact=True).click()
    expect(overview.locator(".pill")).to_have_count(1)
    overview.keyboard.press("Escape")
    expect(overview.locator(".pill")).to_have_count(0)

    overview.keyboard.press("?")
    expect(overview.locator("#shortcuts")).to_be_visible()


def test_the_filter_builder_suggests_values_and_a_pill_can_be_changed(overview: Page) -> None:
    overview.keyboard.press("/")
    overview.locator("#filter-value").press_sequentially("pri")
    expect(overview.locator("#filter-values option")).to_have_count(1)
    assert overview.locator("#filter-values option").get_attribute("value") == "/pricing"
    overview.locator("#filter-value").fill("/pricing")
    overview.get_by_role("button", name="Apply").click()

    expect(overview.locator(".pill")).to_contain_text("Page is /pricing")
    assert overview.url.endswith("?f=is,page,/pricing")

    overview.locator(".pill button").click()
    overview.locator("#filter-operator").select_option("is_not")
    overview.get_by_role("button", name="Apply").click()

    expect(overview.locator(".pill")).to_have_count(1)
    expect(overview.locator(".pill")).to_contain_text("Page is not /pricing")


def test_a_tab_changes_its_panel_and_stays_when_a_filter_is_set(overview: Page) -> None:
    overview.get_by_role("link", name="Exit pages").click()
    expect(overview.locator("#panel-pages thead")).to_contain_text("Exit page")
    assert overview.url.endswith("?pages=exit_page")

    overview.get_by_role("link", name="Germany", exact=True).click()

    expect(overview.locator(".pill")).to_have_count(1)
    expect(overview.locator("#panel-pages thead")).to_contain_text("Exit page")


def test_a_click_on_the_chart_shows_that_day(overview: Page) -> None:
    chart = overview.locator(".chart .u-over")
    box = chart.bounding_box()
    assert box
    chart.hover(position={"x": box["width"] - 2, "y": 60})
    expect(overview.locator(".chart-tip")).to_contain_text("Visitors")

    chart.click(position={"x": box["width"] - 2, "y": 60})

    expect(overview.locator("#period-menu summary")).to_contain_text(re.compile(r"^\s*\d+ \w{3} \d{4}"))
    assert visitors(overview) == "2"


def test_the_numbers_come_up_to_date_by_themselves(overview: Page, acme: Workspace) -> None:
    overview.keyboard.press("h")
    expect(overview.locator("#period-menu summary")).to_have_text("Last 24 hours")
    before = int(visitors(overview))
    overview.locator("#chart-numbers summary").click()
    store_events(acme.dataset_id(), [page_view(clock.now().isoformat(), visitor=3)])

    # No live process runs here, so the page has begun to poll; a page that comes back into view asks at once.
    overview.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(overview.locator('[data-metric="visitors"] .tile-value')).to_have_text(str(before + 1))
    assert overview.locator("#chart-numbers").get_attribute("open") is not None


def test_an_answer_that_took_long_does_not_put_older_numbers_over_newer_ones(overview: Page, acme: Workspace) -> None:
    """The first of two refreshes is answered at once and delivered last."""
    kept: list[Route] = []
    answers: list[APIResponse] = []

    def slowly(route: Route) -> None:
        if route.request.headers.get("hx-target") != "dashboard" or kept:
            return route.continue_()
        answers.append(route.fetch())
        kept.append(route)

    overview.route("**/w/acme/**", slowly)
    overview.goto(overview.url.split("?")[0] + "?period=day")
    overview.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    while not kept:
        overview.wait_for_timeout(50)
    store_events(acme.dataset_id(), [page_view(clock.now().isoformat()[:19], "/", visitor=3)])
    overview.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    overview.wait_for_timeout(3000)  # longer than a page waits between two refreshes
    kept[0].fulfill(response=answers[0])

    expect(overview.locator('[data-metric="visitors"] .tile-value')).to_have_text("1", timeout=10_000)


def test_the_theme_is_chosen_once_for_all_pages(overview: Page) -> None:
    overview.get_by_label("Account menu").locator("visible=true").click()
    overview.get_by_role("button", name="Dark").locator("visible=true").click()
    expect(overview.locator("html")).to_have_attribute("data-theme", "dark")

    overview.reload()

    expect(overview.locator("html")).to_have_attribute("data-theme", "dark")


def test_nothing_sticks_out_on_a_phone(overview: Page) -> None:
    overview.set_viewport_size({"width": 390, "height": 800})

    assert overview.evaluate("document.documentElement.scrollWidth") == 390
    overview.locator("#period-menu summary").click()
    menu = overview.locator("#period-menu .menu-panel").bounding_box()
    assert menu and menu["x"] >= 0 and menu["x"] + menu["width"] <= 390


def test_the_page_can_be_read_without_scripts(overview: Page, live_site: str) -> None:
    context = overview.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    context.add_cookies(overview.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    plain.goto(f"{live_site}/w/acme/")
    plain.get_by_role("link", name="Germany", exact=True).click()

    expect(plain.locator(".pill")).to_contain_text("Country is Germany")
    plain.locator("#chart-numbers summary").click()
    expect(plain.locator("#chart-numbers tbody tr")).to_have_count(28)

    plain.get_by_role("link", name="Filter", exact=True).click()
    plain.locator("#filter-value").fill("/pricing")
    plain.get_by_role("button", name="Apply").click()
    expect(plain.locator(".pill")).to_have_count(2)
    context.close()
