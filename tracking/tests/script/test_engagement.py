"""Acceptance C: time, depth, and where a visit begins and ends."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tracking.tests.script.website import HIDE, QUICK, SLOW, Collector, Event, Website

pytestmark = pytest.mark.browser
# Three windows high.
LONG = "<div style='height:300vh'></div>"
# A clock that the test can move ahead without waiting.
CLOCK = "<script>{ const now = Date.now; window.ahead = 0; Date.now = () => now() + window.ahead; }</script>"
AHEAD = "ms => (window.ahead = ms)"
BLUR = """on => { document.hasFocus = () => !on; window.dispatchEvent(new Event(on ? 'blur' : 'focus')); }"""


def exits(collector: Collector) -> list[dict[str, Any]]:
    return [event["properties"] for event in collector.events("page_exit")]


def marks(collector: Collector) -> list[int]:
    return [event["properties"]["scroll_depth"] for event in collector.events("scroll")]


def test_C047_time_on_a_page_is_the_time_it_was_looked_at(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=SLOW))
    page.wait_for_timeout(1000)
    page.evaluate("location.href = 'about:blank'")
    collector.one("page_exit")
    assert 900 <= exits(collector)[0]["time_on_page"] <= 2500


def test_C049_time_without_the_focus_does_not_count(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=SLOW))
    page.wait_for_timeout(200)
    page.evaluate(BLUR, True)
    page.wait_for_timeout(1200)
    page.evaluate(BLUR, False)
    page.evaluate(HIDE, True)
    collector.one("page_exit")
    (left,) = exits(collector)
    assert left["time_on_page"] < 1000 <= left["dwell"]


def test_C050_hiding_again_soon_is_not_told_again(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    for _ in range(2):
        page.evaluate(HIDE, True)
        page.evaluate(HIDE, False)
    page.wait_for_timeout(500)
    assert [left["n"] for left in exits(collector)] == [1]
    page.evaluate("{ const now = performance.now.bind(performance); performance.now = () => now() + 5000; }")
    page.evaluate(HIDE, True)
    collector.wait(lambda: len(exits(collector)) == 2, "the second page_exit")
    first, second = exits(collector)
    assert second["n"] == 2 and second["time_on_page"] >= first["time_on_page"] + 3000


def test_C051_a_page_without_a_view_is_not_left(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=f'{QUICK} data-auto-page-view="false"'))
    page.evaluate("MetricPal.trackEvent('x')")
    page.evaluate(HIDE, True)
    collector.one("custom")
    page.wait_for_timeout(300)
    assert exits(collector) == []


def test_C052_leaving_a_page_tells_what_was_shared_when_it_was_seen(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    page.evaluate("MetricPal.addSharedProperty({key: 'plan', value: 'free'}); history.pushState({}, '', '/b')")
    collector.wait(lambda: len(collector.events("page_view")) == 2, "the second page")
    page.evaluate("MetricPal.addSharedProperty({key: 'plan', value: 'pro'})")
    page.evaluate(HIDE, True)
    collector.wait(lambda: len(exits(collector)) == 2, "page_exit of the second page")
    assert exits(collector)[1]["plan"] == "free"


def test_C070_the_number_of_the_visit_goes_up(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    page.evaluate("MetricPal.endSession(true); MetricPal.trackEvent('next')")
    collector.one("custom")
    starts = collector.events("session_start")
    assert [start["properties"]["session_index"] for start in starts] == [1, 2]


def test_C054_depth_is_told_at_its_marks_and_at_the_end_as_it_is(
    page: Page, collector: Collector, site: Website
) -> None:
    page.set_viewport_size({"width": 800, "height": 600})
    body = "<style>body{margin:0}h1{display:none}</style><div style='height:1800px'></div>"
    page.goto(site.show("bare", before=tag(site), body=body))
    collector.one("page_view")
    page.wait_for_timeout(500)
    page.evaluate("scrollTo(0, 450)")  # (450 + 600) / 1800 = 58 %
    collector.wait(lambda: 50 in marks(collector), "half of the page")
    for y in (0, 450, 0, 450):  # up and down tells nothing new
        page.evaluate("y => scrollTo(0, y)", y)
        page.wait_for_timeout(50)
    page.evaluate(HIDE, True)
    collector.one("page_exit")
    assert sorted(marks(collector)) == [25, 50]
    assert exits(collector)[0]["final_scroll_depth"] == 58


def test_C056_the_marks_begin_again_on_the_next_page(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK, body=LONG))
    collector.one("page_view")
    page.wait_for_timeout(400)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    collector.wait(lambda: 100 in marks(collector), "the end of the page")
    page.evaluate("history.pushState({}, '', '/next'); scrollTo(0, 0)")
    collector.wait(lambda: exits(collector), "page_exit")
    assert exits(collector)[0]["final_scroll_depth"] == 100
    before = len(marks(collector))
    page.wait_for_timeout(500)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    collector.wait(lambda: 100 in marks(collector)[before:], "the end of the next page")


def test_C058_a_page_that_fits_is_seen_whole_once_it_is_there(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show("bare", before=tag(site)))
    collector.wait(lambda: marks(collector) == [100], "the whole page")


def test_C060_the_box_that_scrolls_counts_where_the_page_does_not(
    page: Page, collector: Collector, site: Website
) -> None:
    box = "<style>body{margin:0;overflow:hidden}#main{height:100vh;overflow:auto}</style>"
    body = f"{box}<main id='main'><div style='height:400vh'></div></main>"
    page.goto(site.show("bare", before=tag(site, 'data-scroll-root="#main"'), body=body))
    collector.one("page_view")
    page.wait_for_timeout(400)
    page.evaluate("document.getElementById('main').scrollTo(0, innerHeight * 2)")
    collector.wait(lambda: 75 in marks(collector), "three quarters of the box")
    assert 100 not in marks(collector)


def test_C061_many_scroll_events_are_measured_once_a_frame(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK, body=LONG))
    collector.one("page_view")
    page.wait_for_timeout(300)
    measured = page.evaluate("""async () => {
        let reads = 0;
        const {get} = Object.getOwnPropertyDescriptor(window, 'scrollY') || {};
        const counted = () => { reads += 1; return get.call(window); };
        Object.defineProperty(window, 'scrollY', {get: counted, configurable: true});
        for (let i = 0; i < 1000; i++) window.dispatchEvent(new Event('scroll'));
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        return reads;
    }""")
    assert 1 <= measured <= 3


def test_C062_after_31_idle_minutes_the_next_click_is_another_visit(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK, before=CLOCK))
    first = collector.one("page_view")
    page.evaluate(AHEAD, 31 * 60_000)
    page.locator("#cta").click()
    click = collector.one("click")
    (ended,) = collector.events("session_end")
    assert ended["properties"]["reason"] == "timeout" and ended["session_id"] == first["session_id"]
    assert ended["timestamp"] < click["timestamp"] - 30 * 60_000  # when there was last something
    starts = collector.events("session_start")
    assert [start["properties"]["session_index"] for start in starts] == [1, 2]
    assert click["session_id"] == starts[1]["session_id"] != first["session_id"]


def test_C063_after_24_hours_of_activity_the_visit_is_over(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=f'{QUICK} data-session-timeout="100000"', before=CLOCK))
    collector.one("page_view")
    page.evaluate(AHEAD, 25 * 3_600_000)
    page.evaluate("MetricPal.trackEvent('still here')")
    assert collector.one("session_end")["properties"]["reason"] == "max"


def test_C065_subdomains_share_visitor_and_visit(page: Page, collector: Collector, site: Website) -> None:
    port = site.url.rpartition(":")[2]
    site.show(options=QUICK)
    page.goto(f"http://a.acme.localhost:{port}/")
    collector.one("page_view")
    page.goto(f"http://b.acme.localhost:{port}/")
    collector.wait(lambda: len(collector.events("page_view")) == 2, "the other subdomain")
    seen: list[Event] = collector.events("page_view")
    assert seen[0]["visitor_id"] == seen[1]["visitor_id"]
    assert seen[0]["session_id"] == seen[1]["session_id"]


def test_C068_ending_the_visit_is_left_to_the_tab_that_is_in_use(
    page: Page, collector: Collector, site: Website
) -> None:
    address = site.show(options=QUICK, before=CLOCK)
    page.goto(address)
    collector.one("page_view")
    other = page.context.new_page()
    other.goto(address)
    collector.wait(lambda: len(collector.events("page_view")) == 2, "the other tab")
    other.evaluate(AHEAD, 6000)
    other.evaluate("MetricPal.trackEvent('busy')")
    page.evaluate("MetricPal.endSession()")
    collector.wait(lambda: collector.events("custom"), "the other tab's event")
    page.wait_for_timeout(200)
    assert collector.events("session_end") == []
    page.evaluate("MetricPal.endSession(true)")
    assert collector.one("session_end")["properties"]["reason"] == "manual"


def test_C069_a_reload_is_the_same_visit(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    page.wait_for_timeout(100)  # for the answer: without it the next page would send the same again
    page.reload()
    collector.wait(lambda: len(collector.events("page_view")) == 2, "the second view")
    first, second = collector.events("page_view")
    assert second["properties"]["nav"] == "reload"
    assert (first["session_id"], first["visitor_id"]) == (second["session_id"], second["visitor_id"])
    assert len(collector.events("session_start")) == 1


def tag(site: Website, options: str = "") -> str:
    """The tag by itself, for pages of another shape."""
    key = "mp_test_1234567890abcdef"
    return (
        f'<script src="/trackingscript.js" data-apikey="{key}" data-api="{site.collector}" {QUICK} {options}></script>'
    )
