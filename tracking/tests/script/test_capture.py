"""What the script sees of a page: views, routes, clicks, depth, time."""

import time

import pytest
from playwright.sync_api import Page

from tracking.tests.script.website import HIDE, QUICK, Collector, Website, kept_names

pytestmark = pytest.mark.browser


def test_B025_a_page_load_sends_the_start_of_the_session_and_the_page_view(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(
        site.show(options=QUICK) + "pricing?utm_source=mail&token=s3cret", referer="https://search.example/?q=acme"
    )
    view = collector.one("page_view")
    assert collector.types()[:2] == ["session_start", "page_view"]
    assert view["url"] == f"{site.url}/pricing?utm_source=mail&token=[redacted]"
    assert view["properties"] == {"title": "Acme: home", "referrer": "https://search.example/?q=acme", "nav": "load"}
    body = collector.bodies[0]
    assert (body["v"], body["api_key"]) == (2, "mp_test_1234567890abcdef")
    assert body["context"]["bot"] & 1  # this browser is driven by a program, and says so
    assert view["visitor_id"] == page.evaluate("MetricPal.getVisitorId()")
    assert page.evaluate("Object.keys(window).filter(name => /metric|^_mp|__mp/i.test(name))") == ["MetricPal"]
    assert kept_names(page) == ["_mp_s", "_mp_v"]


def test_B027_B028_B033_a_route_of_a_single_page_application_is_a_page_view_with_its_late_title(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK) + "a")
    collector.one("page_view")
    page.evaluate("history.pushState({}, '', '/b'); setTimeout(() => (document.title = 'Acme: b'), 20)")
    collector.wait(lambda: len(collector.events("page_view")) == 2)
    first, second = collector.events("page_view")
    pages = [one for one in collector.types() if one.startswith("page_")]
    assert pages == ["page_view", "page_exit", "page_view"]
    assert second["properties"] == {"title": "Acme: b", "referrer": f"{site.url}/a", "nav": "spa"}
    assert second["url"] == f"{site.url}/b"
    assert (second["session_id"], second["visitor_id"]) == (first["session_id"], first["visitor_id"])
    assert collector.one("page_exit")["page_view_id"] == first["page_view_id"] != second["page_view_id"]

    page.evaluate("history.replaceState({}, '', '/b?tab=2#part'); history.pushState({}, '', '#/c')")
    page.evaluate("history.back()")
    collector.wait(lambda: len(collector.events("page_view")) == 4)
    urls = [event["url"].removeprefix(site.url) for event in collector.events("page_view")]
    assert urls == ["/a", "/b", "/b?tab=2#/c", "/b?tab=2"]


def test_D071_D096_clicks_are_told_once_without_what_people_typed(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK, body="<script>onclick = e => e.preventDefault()</script>"))
    for target in (
        "#cta span",
        "#plain",
        "#ignored",
        "label",
        "#card",
        "#password",
        "#masked",
        "#out",
        "#mail",
        "#file",
    ):
        page.click(target)
    page.click("#cta", button="right")
    collector.wait(lambda: len(collector.events("click")) == 8)
    clicks = [event["properties"] for event in collector.events("click")]
    assert [(c["element_tag"], c["element_text"], c.get("link")) for c in clicks] == [
        ("button", "Buy now", None),
        ("label", "I agree", None),
        ("input", "", None),
        ("input", "", None),
        ("button", "", None),
        ("a", "Pricing elsewhere", "outbound"),
        ("a", "Write to [email]", "mailto"),
        ("a", "Report", "download"),
    ]
    assert clicks[0]["path"] == "button#cta"
    assert clicks[5]["href"] == "http://other.example/pricing?token=[redacted]"
    everything = str(collector.bodies)
    assert not any(
        secret in everything for secret in ("4111", "hunter2", "s3cret", "sales@", "Secret button", "Account")
    )


def test_B040_a_tab_opened_in_the_background_counts_when_it_is_seen(
    page: Page, collector: Collector, site: Website
) -> None:
    hidden = "<script>Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})</script>"
    page.goto(site.show(before=hidden, options=QUICK))
    page.evaluate("MetricPal.trackEvent('early')")
    time.sleep(0.4)
    assert collector.kinds == []
    page.evaluate(HIDE, False)
    collector.one("custom")
    assert collector.types()[:3] == ["session_start", "page_view", "custom"]


def test_B036_a_page_restored_from_the_back_forward_cache_is_another_page_view(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    first = collector.one("page_view")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    collector.wait(lambda: len(collector.events("page_view")) == 2)
    second = collector.events("page_view")[1]
    assert second["properties"]["nav"] == "bfcache"
    assert second["page_view_id"] != first["page_view_id"]


def test_C047_C055_scroll_depth_and_engaged_time_are_told(page: Page, collector: Collector, site: Website) -> None:
    tall = "<script>document.body.insertAdjacentHTML('beforeend', '<svg width=10 height=2880></svg>')</script>"
    page.set_viewport_size({"width": 800, "height": 700})
    page.goto(site.show(options=QUICK, body=tall))
    collector.one("page_view")
    page.wait_for_timeout(600)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2 - innerHeight / 2)")
    collector.wait(lambda: len(collector.events("scroll")) == 2)
    page.goto("about:blank")
    exit_ = collector.one("page_exit")["properties"]
    assert [event["properties"]["scroll_depth"] for event in collector.events("scroll")] == [25, 50]
    assert exit_["final_scroll_depth"] == pytest.approx(50 + 100 * 350 / height, abs=1)
    assert 600 <= exit_["time_on_page"] <= exit_["dwell"] < 5000


def test_C058_a_page_that_fits_the_window_is_seen_whole_in_one_step(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    assert collector.one("scroll")["properties"] == {"scroll_depth": 100}
    page.goto("about:blank")
    collector.one("page_exit")
    assert len(collector.events("scroll")) == 1
