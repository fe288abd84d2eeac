"""Acceptance H: what the visitor chose, and what the script may not take for a visitor."""

import pytest
from playwright.sync_api import Browser, Page

from tracking.tests.script.website import HIDE, QUICK, Collector, Website, kept_names

pytestmark = pytest.mark.browser


def pending(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=f'{QUICK} data-consent="pending"'))
    page.evaluate("MetricPal.trackEvent('early'); MetricPal.identify('a@b.example')")
    page.locator("#cta").click()
    page.wait_for_timeout(700)
    assert collector.kinds == [] and kept_names(page) == []


def test_H181_before_the_choice_nothing_leaves_or_stays_and_then_all_follows(
    page: Page, collector: Collector, site: Website
) -> None:
    pending(page, collector, site)
    granted = page.evaluate("(MetricPal.consent('granted'), Date.now())")
    collector.one("identify")
    view, early = collector.one("page_view"), collector.one("custom")
    assert view["timestamp"] <= early["timestamp"] < granted - 500
    page.wait_for_timeout(300)
    assert kept_names(page) == ["_mp_consent", "_mp_i", "_mp_s", "_mp_v"]
    assert collector.bodies[0]["context"]["consent"] == "granted"


def test_H181_who_declines_was_never_here(page: Page, collector: Collector, site: Website) -> None:
    pending(page, collector, site)
    page.evaluate("MetricPal.consent('denied'); MetricPal.trackEvent('after')")
    page.evaluate(HIDE, True)
    page.wait_for_timeout(400)
    assert collector.kinds == [] and kept_names(page) == ["_mp_consent"]


def test_H183_a_page_put_aside_while_the_visitor_opted_out_stays_silent_when_it_comes_back(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("scroll")  # the part that listens is there
    page.evaluate("localStorage._mp_consent = 'denied'")  # another page; one put aside hears nothing of it
    before = len(collector.events())
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.locator("#cta").click()
    page.wait_for_timeout(400)
    assert len(collector.events()) == before and kept_names(page) == ["_mp_consent"]


def test_H183_opting_out_cancels_what_waits_and_lasts(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options='data-interval-start="60000"'))
    page.evaluate("MetricPal.trackEvent('waiting'); MetricPal.optOut()")
    page.reload()
    page.evaluate("MetricPal.trackEvent('still out')")
    page.wait_for_timeout(400)
    assert collector.kinds == [] and kept_names(page) == ["_mp_consent"]
    page.evaluate("MetricPal.optIn(); MetricPal.trackEvent('back'); MetricPal.sendData()")
    assert collector.one("custom")["properties"]["event_name"] == "back"


@pytest.mark.parametrize(("option", "count"), [("", 0), ('data-dnt="false"', 1)])
def test_H185_do_not_track_is_respected_unless_the_site_says_otherwise(
    page: Page, collector: Collector, site: Website, option: str, count: int
) -> None:
    dnt = "<script>Object.defineProperty(navigator, 'doNotTrack', {get: () => '1'})</script>"
    page.goto(site.show(options=f"{QUICK} {option}", before=dnt))
    if count:
        collector.one("page_view")
    page.wait_for_timeout(1000)
    assert len(collector.events("page_view")) == count


def test_H187_the_sites_own_people_are_left_out_and_told_why(page: Page, collector: Collector, site: Website) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site.show(options="data-debug", before="<script>localStorage.mp_ignore = 'true'</script>"))
    page.evaluate("MetricPal.trackEvent('x')")
    page.evaluate(HIDE, True)
    page.wait_for_timeout(200)
    assert collector.kinds == [] and any("mp_ignore" in text for text in said)


def test_H188_cookieless_keeps_nothing_whatever_is_done(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=f'{QUICK} data-cookieless="true"'))
    page.evaluate("MetricPal.identify('a@b.example'); MetricPal.goal('g'); history.pushState({}, '', '/b')")
    page.locator("#cta").click()
    collector.one("click")
    page.evaluate("MetricPal.endSession(true)")
    assert kept_names(page) == []
    assert all(not {"visitor_id", "session_id"} & body.keys() for body in collector.bodies)


def test_H191_who_declines_is_counted_without_a_name_where_the_site_asks_so(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=f'{QUICK} data-consent="on_reject"'))
    collector.one("page_view")
    assert page.evaluate("MetricPal.identify('a@b.example')") is False
    page.evaluate("MetricPal.consent('denied'); MetricPal.trackEvent('goes_on')")
    collector.one("custom")
    assert collector.events("identify") == []
    assert all("visitor_id" not in body for body in collector.bodies)
    assert {body["context"]["consent"] for body in collector.bodies} == {"limited"}
    page.evaluate("MetricPal.consent('granted'); MetricPal.trackEvent('with_a_name')")
    collector.wait(lambda: len(collector.events("custom")) == 2, "the event with ids")
    assert collector.events("custom")[1]["visitor_id"] == page.evaluate("MetricPal.getVisitorId()")


MAC = "Macintosh; Intel Mac OS X 10_15_7"
AGENTS = {
    "an iPhone": ("iPhone; CPU iPhone OS 17_0 like Mac OS X", "Mobile/15E148 Safari/604.1", True, "phone"),
    "an iPad, which calls itself a Mac": (MAC, "Version/17.0 Safari/605.1.15", True, "tablet"),
    "an Android phone": ("Linux; Android 13; Pixel 5", "Chrome/126.0.0.0 Mobile Safari/537.36", True, "phone"),
    "an Android tablet": ("Linux; Android 13; SM-T837A", "Chrome/126.0.0.0 Safari/537.36", True, "tablet"),
    "a Mac": (MAC, "Version/17.0 Safari/605.1.15", False, "desktop"),
    "a Windows machine with a touch screen": ("Windows NT 10.0; Win64; x64", "Chrome/126.0.0.0", True, "desktop"),
}


@pytest.mark.parametrize("name", AGENTS)
def test_H197_devices_are_told_apart(browser: Browser, collector: Collector, site: Website, name: str) -> None:
    system, program, touch, kind = AGENTS[name]
    agent = f"Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) {program}"
    context = browser.new_context(user_agent=agent, has_touch=touch)
    try:
        # A phone or tablet has five; this browser plays one.
        points = 5 if touch else 0
        context.add_init_script(f"Object.defineProperty(navigator, 'maxTouchPoints', {{get: () => {points}}})")
        context.new_page().goto(site.show(options=QUICK))
        collector.one("page_view")
    finally:
        context.close()
    assert collector.bodies[0]["context"]["device"] == kind


def test_H198_debugging_says_each_event_and_silence_is_the_rule(
    page: Page, collector: Collector, site: Website
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "MetricPal" in message.text else None)
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    assert said == []
    page.goto(site.show(options=f"{QUICK} data-debug"))
    page.evaluate("MetricPal.trackEvent('shown'); MetricPal.trackEvent('')")
    page.wait_for_timeout(200)
    assert any("shown" in text or "custom" in text for text in said) and any("not sent" in text for text in said)


def test_H199_the_sandbox_tells_and_sends_nothing(page: Page, collector: Collector, site: Website) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site.show(options=f"{QUICK} data-sandbox"))
    page.evaluate("MetricPal.trackEvent('tried')")
    page.wait_for_timeout(600)
    page.evaluate(HIDE, True)
    assert collector.kinds == []
    assert any("sandbox" in text and "tried" in text for text in said)


@pytest.mark.parametrize(
    "platform",
    [
        "window.__tcfapi = (name, version, fn) => fn({eventStatus: 'useractioncomplete', gdprApplies: true,"
        " purpose: {consents: {1: true, 8: true}}}, true)",
        "window.Cookiebot = {consented: true, consent: {statistics: true}}",
        "window.OneTrust = {IsAlertBoxClosed: () => true}; window.OnetrustActiveGroups = ',C0001,C0002,'",
        "window.dataLayer = []; (function () { dataLayer.push(arguments) })"
        "('consent', 'update', {analytics_storage: 'granted'})",
    ],
)
def test_the_choice_is_taken_from_the_consent_platform_of_the_page(
    page: Page, collector: Collector, site: Website, platform: str
) -> None:
    page.goto(site.show(options=f'{QUICK} data-consent="pending" data-cmp'))
    page.wait_for_timeout(500)
    assert collector.kinds == []
    page.evaluate(f"() => {{ {platform} }}")
    collector.one("page_view")
