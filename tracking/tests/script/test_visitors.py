"""Who is counted: visitors, sessions, identities, and those who object."""

import time

import pytest
from playwright.sync_api import Page

from tracking.tests.script.website import QUICK, SLOW, Collector, Website, kept_names

pytestmark = pytest.mark.browser


def test_E122_E130_identify_is_sent_once_for_the_same_person_and_reset_begins_anew(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    assert page.evaluate("[MetricPal.isIdentified(), MetricPal.getUserIdentity()]") == [False, None]
    script = (
        "[1, 2].map(() => MetricPal.identify(' Ann@Acme.example ', {plan: 'pro'})).concat(MetricPal.identify('  '))"
    )
    assert page.evaluate(script) == [True, True, False]
    identity = {"email": "ann@acme.example", "traits": {"plan": "pro"}}
    assert page.evaluate("[MetricPal.isIdentified(), MetricPal.getUserIdentity()]") == [True, identity]
    page.evaluate("MetricPal.reset(); MetricPal.trackEvent('after')")
    after = collector.one("custom")
    assert len(collector.events("identify")) == 1
    before = collector.one("page_view")
    assert (after["visitor_id"] == before["visitor_id"], after["session_id"] == before["session_id"]) == (False, False)
    assert page.evaluate("MetricPal.isIdentified()") is False


@pytest.mark.parametrize(
    ("before", "options"),
    [
        ("<script>Object.defineProperty(navigator, 'doNotTrack', {get: () => '1'})</script>", ""),
        (
            "<script>Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})</script>",
            "data-gpc=deny",
        ),
        ("<script>localStorage._mp_consent = 'denied'</script>", ""),
    ],
    ids=["do not track", "global privacy control", "opted out"],
)
def test_H185_nothing_leaves_and_nothing_is_kept_where_the_visitor_objects(
    page: Page, collector: Collector, site: Website, before: str, options: str
) -> None:
    page.goto(site.show(before=before, options=f"{QUICK} {options}"))
    page.evaluate(
        "MetricPal.trackEvent('x'); MetricPal.identify('a@b.example'); MetricPal.page(); MetricPal.sendData('beacon')"
    )
    page.click("#cta")
    page.goto("about:blank")
    time.sleep(0.3)
    assert collector.kinds == []
    page.goto(site.url)
    assert kept_names(page) == (["_mp_consent"] if "consent" in before else [])


def test_H183_opting_out_clears_everything_lasts_and_can_be_taken_back(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=SLOW))
    page.evaluate("MetricPal.identify('a@b.example'); MetricPal.optOut(); MetricPal.trackEvent('x')")
    assert kept_names(page) == ["_mp_consent"]
    page.reload()
    assert page.evaluate("[MetricPal.hasOptedOut(), MetricPal.trackEvent('x')]") == [True, None]
    time.sleep(0.3)
    assert collector.kinds == []
    page.evaluate("MetricPal.optIn(); MetricPal.sendData()")
    assert collector.one("page_view")
    assert page.evaluate("MetricPal.hasOptedOut()") is False


@pytest.mark.parametrize(("options", "after"), [("", 0), ('data-consent="on_reject"', 1)])
def test_H183_what_is_declined_in_one_tab_holds_in_the_others(
    page: Page, collector: Collector, site: Website, options: str, after: int
) -> None:
    address = site.show(options=f"{QUICK} {options}")
    page.goto(address)
    page.evaluate("MetricPal.consent('granted')")
    collector.wait(lambda: collector.events("scroll"), "the parts")
    other = page.context.new_page()
    other.goto(address)
    other.evaluate("MetricPal.consent('denied')")
    page.wait_for_function("!document.cookie.includes('_mp_')")
    collector.bodies.clear()
    page.evaluate("MetricPal.trackEvent('later')")
    page.wait_for_timeout(500)
    assert len(collector.events("custom")) == after
    assert all("visitor_id" not in body for body in collector.bodies)


@pytest.mark.parametrize(("options", "name"), [("data-cookieless", "m_"), ("data-cookieless=fingerprint", "fp_")])
def test_H188_cookieless_keeps_nothing_and_sends_no_id(
    page: Page, collector: Collector, site: Website, options: str, name: str
) -> None:
    page.goto(site.show(options=f"{QUICK} {options}"))
    page.evaluate("MetricPal.trackEvent('x'); MetricPal.endSession(true)")
    collector.one("custom")
    assert kept_names(page) == []
    assert not {"visitor_id", "session_id"} & set(collector.bodies[0])
    assert collector.types()[0] == "page_view"
    assert collector.bodies[0]["context"]["cookieless"] == 1
    assert page.evaluate("MetricPal.getVisitorId()").startswith(name)


def test_C064_tabs_share_visitor_and_session(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    other = page.context.new_page()
    other.goto(site.url + "/other")
    collector.wait(lambda: len(collector.events("page_view")) == 2)
    assert len({(event["visitor_id"], event["session_id"]) for event in collector.events()}) == 1
    assert collector.types().count("session_start") == 1


def test_C068_ending_the_session_begins_another_with_the_next_event(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    view = collector.one("page_view")
    page.evaluate("MetricPal.endSession(true); MetricPal.trackEvent('after')")
    after, end = collector.one("custom"), collector.one("session_end")
    assert end["properties"]["reason"] == "manual"
    assert end["session_id"] == view["session_id"] != after["session_id"]
    assert [event["properties"]["session_index"] for event in collector.events("session_start")] == [1, 2]
