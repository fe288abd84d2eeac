"""The documentation as its readers see it, on a phone."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_WORDS = ("alerts", "trends", "dashboards")  # addresses and queries among the words, longer than a phone is wide


def test_on_a_phone_nothing_is_wider_than_it_and_the_text_comes_first(live_site, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_default_timeout(15_000)  # the first request of a process renders all pages
    for slug in LONG_WORDS:
        page.goto(f"{live_site}/docs/{slug}/")

        assert page.evaluate("document.documentElement.scrollWidth") == 390, slug
        assert page.locator("h1").bounding_box()["y"] < page.locator(".docs-toc").bounding_box()["y"]


def test_a_reader_searches_and_reads_on(live_site, page):
    page.goto(f"{live_site}/docs/")
    page.get_by_label("Search the documentation").fill("dead letter")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="What if the tool does not answer").first.click()
    page.wait_for_url("**/docs/forwarding/#what-if-the-tool-does-not-answer")

    page.locator(".docs-beside [rel=next]").click()
    page.wait_for_url("**/docs/tinybird/")
    assert page.locator(".docs-toc [aria-current=page]").inner_text() == "Tinybird"
