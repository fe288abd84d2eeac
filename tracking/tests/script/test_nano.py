"""The smallest script: page views and events without a trace, of the same shape as the others'."""

import pytest
from playwright.sync_api import Page

from tracking.tests.script.website import HIDE, Collector, Website, kept_names

pytestmark = pytest.mark.browser


def tag(site: Website) -> str:
    return f'<script src="/nano.js" data-apikey="mp_test_1234567890abcdef" data-api="{site.collector}"></script>'


def test_pages_routes_and_events_are_counted_and_nothing_is_kept(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show("bare", before=tag(site)) + "a?token=s3cret")
    collector.one("page_view")
    page.evaluate("history.pushState({}, '', '/b'); document.title = 'Acme: b'")
    page.evaluate("MetricPal.trackEvent('clicked', {plan: 'pro'})")
    collector.one("custom")
    first, second = collector.events("page_view")
    assert (first["url"], first["properties"]["title"]) == (f"{site.url}/a?token=[redacted]", "Acme: home")
    assert (second["url"], second["properties"]["title"]) == (f"{site.url}/b", "Acme: b")
    assert collector.one("custom")["properties"] == {"event_name": "clicked", "plan": "pro"}
    assert kept_names(page) == []
    assert all(body["context"]["cookieless"] == 1 and "visitor_id" not in body for body in collector.bodies)


def test_time_on_a_page_leaves_with_it(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show("bare", before=tag(site)))
    collector.one("page_view")
    page.wait_for_timeout(1100)
    page.evaluate(HIDE, True)
    assert 1000 <= collector.one("page_exit")["properties"]["time_on_page"] < 5000


def test_what_was_not_answered_goes_with_the_next(page: Page, collector: Collector, site: Website) -> None:
    collector.answers = [503]
    page.goto(site.show("bare", before=tag(site)))
    collector.wait(lambda: collector.bodies, "the first try")
    page.wait_for_timeout(100)
    page.evaluate("MetricPal.trackEvent('next')")
    collector.one("custom")
    assert collector.types() == ["page_view", "custom"]


@pytest.mark.parametrize("wish", ["localStorage._mp_consent = 'denied'", "localStorage.mp_ignore = 'true'"])
def test_who_does_not_want_it_is_not_counted(page: Page, collector: Collector, site: Website, wish: str) -> None:
    page.goto(site.show("bare", before=f"<script>{wish}</script>{tag(site)}"))
    page.evaluate("MetricPal.trackEvent('x')")
    page.wait_for_timeout(500)
    assert collector.kinds == []
