"""Acceptance G: how events travel, and what happens when they cannot."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tracking.tests.script.website import HIDE, QUICK, SLOW, Collector, Website

pytestmark = pytest.mark.browser
SEND = "names => names.forEach(name => MetricPal.trackEvent(name))"
KEPT = "Object.keys(localStorage).filter(name => name.startsWith('_mp_q'))"


@contextmanager
def answered(page: Page, text: str) -> Iterator[None]:
    """The block ends when the script has dealt with the answer to a request that holds `text`."""
    with page.expect_event("requestfinished", lambda request: text in (request.post_data or "")):
        yield
    page.wait_for_function(f"{KEPT}.length === 0")


def names(collector: Collector, status: int = 200) -> list[str]:
    return [event["properties"]["event_name"] for event in collector.events("custom", status)]


def test_G152_events_wait_for_the_interval_and_leave_together(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options='data-interval-start="1200"'))
    page.evaluate(SEND, ["a", "b", "c"])
    page.wait_for_timeout(700)
    assert collector.kinds == []
    collector.one("custom")
    assert len(collector.bodies) == 1 and names(collector) == ["a", "b", "c"]


def test_G154_a_full_batch_leaves_at_once(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=f'{SLOW} data-batch-size="10"'))
    page.evaluate(SEND, [f"e{number}" for number in range(23)])  # with session_start and page_view: 25
    collector.wait(lambda: len(collector.events()) == 25, "all events")
    assert [len(body["events"]) for body in collector.bodies] == [10, 10, 5]


def test_G155_a_body_is_plain_text_with_its_key_and_its_moment(page: Page, collector: Collector, site: Website) -> None:
    heads: list[dict[str, str]] = []
    page.context.on("request", lambda request: heads.append(request.headers) if request.method == "POST" else None)
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    page.wait_for_timeout(100)
    body = collector.bodies[0]
    assert body["api_key"] == "mp_test_1234567890abcdef"
    assert abs(body["sent_at"] - time.time() * 1000) < 5000
    assert "x-api-key" not in heads[0] and heads[0]["content-type"].startswith("text/plain")
    assert {method for method, _ in collector.kinds} == {"POST"}


def test_G157_retry_after_is_obeyed(page: Page, collector: Collector, site: Website) -> None:
    collector.answers = [429]  # with Retry-After: 1
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    refused, again = collector.taken_at
    assert again - refused > 0.95
    assert collector.bodies[-1]["retry"] == 1


@pytest.mark.parametrize("status", [400, 404, 422, 501, 505])
def test_G159_what_is_refused_for_good_is_dropped_and_the_rest_goes_on(
    page: Page, collector: Collector, site: Website, status: int
) -> None:
    collector.answers = [status]
    page.goto(site.show(options=QUICK))
    collector.wait(lambda: collector.bodies, "the refused batch")
    page.wait_for_timeout(100)
    page.evaluate(SEND, ["next"])
    collector.one("custom")
    assert collector.events("page_view") == []


def test_G160_a_key_that_is_refused_ends_it_for_this_page(page: Page, collector: Collector, site: Website) -> None:
    warnings: list[str] = []
    page.on("console", lambda said: warnings.append(said.text) if "MetricPal" in said.text else None)
    collector.forever = 401
    with answered(page, "page_view"):
        page.goto(site.show(options=QUICK))
    count = len(collector.bodies)
    page.evaluate(SEND, ["more"])
    page.evaluate("MetricPal.sendData()")
    page.wait_for_timeout(400)
    assert len(collector.bodies) == count and len(warnings) == 1
    assert page.evaluate(KEPT) == []


def test_G161_an_answer_nobody_can_read_is_an_answer(page: Page, collector: Collector, site: Website) -> None:
    collector.said = b"<html>nonsense"
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    page.wait_for_timeout(1500)
    assert collector.types().count("page_view") == 1 and page.evaluate(KEPT) == []


def test_G162_a_blocker_is_left_in_peace(page: Page, collector: Collector, site: Website) -> None:
    tries: list[str] = []

    def block(route: Route) -> None:
        tries.append(route.request.url)
        route.abort("blockedbyclient")

    page.route("**/api/v1/collect", block)
    page.goto(site.show(options=QUICK))
    for _ in range(3):
        page.evaluate(SEND, [f"e{number}" for number in range(60)])
        page.wait_for_timeout(900)
    while len(tries) < 3:
        page.wait_for_timeout(100)
    # What came since the last try, and a hundred of before.
    few = f"() => {KEPT}.reduce((sum, name) => sum + JSON.parse(localStorage[name]).events.length, 0) <= 160"
    page.wait_for_function(few, timeout=20_000)
    seen = len(tries)
    page.wait_for_timeout(3000)
    assert len(tries) == seen <= 5
    assert page.evaluate(few)


def test_G163_events_made_offline_arrive_once_after_a_reload(page: Page, collector: Collector, site: Website) -> None:
    with answered(page, "page_view"):
        page.goto(site.show(options=QUICK))
    page.context.set_offline(True)
    page.wait_for_function("!navigator.onLine")  # the page hears of it later; until then it would send
    page.evaluate(SEND, ["a", "b", "c", "d", "e"])
    page.goto("about:blank")
    page.wait_for_timeout(500)  # what leaves with the page finds no network either
    page.context.set_offline(False)
    page.goto(f"{site.url}/")
    collector.wait(lambda: len(names(collector)) >= 5, "the five events")
    page.wait_for_function(f"{KEPT}.length === 0")
    assert sorted(names(collector)) == ["a", "b", "c", "d", "e"]


def test_G166_a_queue_is_of_its_key(page: Page, collector: Collector, site: Website) -> None:
    page.context.set_offline(False)
    collector.forever = 503
    page.goto(site.show(options=QUICK))
    collector.wait(lambda: collector.bodies, "a try")
    page.evaluate("MetricPal.trackEvent('of_the_first')")
    address = site.show(options=QUICK)
    site.html = site.html.replace(b"mp_test_1234567890abcdef", b"mp_test_another_key_here")
    collector.forever = 200
    page.goto(address)
    collector.wait(lambda: [b for b in collector.bodies if b["api_key"] == "mp_test_another_key_here"], "the other key")
    page.wait_for_timeout(800)
    of_other = [body for body in collector.bodies if body["api_key"] == "mp_test_another_key_here"]
    assert "of_the_first" not in json.dumps(of_other)


@pytest.mark.parametrize(
    "broken",
    [
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('closed') }})",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
        "Object.defineProperty(Document.prototype, 'cookie', {get: () => '', set() {}})",
    ],
)
def test_G168_without_a_place_to_keep_things_events_are_sent_all_the_same(
    page: Page, collector: Collector, site: Website, broken: str
) -> None:
    page.goto(site.show(options=QUICK, before=f"<script>{broken}</script>"))
    page.evaluate(SEND, ["a"])
    collector.one("custom")


def test_G169_hiding_and_leaving_send_what_waits_once(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=SLOW))
    page.wait_for_function(f"{KEPT}.length === 1")  # its first events wait
    page.evaluate(SEND, ["a", "b", "c"])
    page.evaluate(HIDE, True)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    collector.one("page_exit")
    page.wait_for_timeout(300)
    assert len(collector.bodies) == 1
    assert names(collector) == ["a", "b", "c"] and collector.types().count("page_exit") == 1


@pytest.mark.parametrize("beacon", ["undefined", "() => false"])
def test_G172_what_no_beacon_takes_waits_on_disk(page: Page, collector: Collector, site: Website, beacon: str) -> None:
    broken = f"<script>navigator.sendBeacon = {beacon}</script>"
    page.goto(site.show(options=SLOW, before=broken))
    page.evaluate(SEND, ["kept"])
    page.evaluate("location.href = '/next'")
    page.wait_for_url("**/next")
    page.evaluate("MetricPal.sendData()")
    collector.wait(lambda: names(collector) == ["kept"], "the event of the page before")


def test_G173_a_site_can_send_now(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=SLOW))
    page.evaluate(SEND, ["a"])
    assert page.evaluate("MetricPal.sendData('beacon')") is True
    collector.one("custom")
    page.evaluate(SEND, ["b"])
    assert page.evaluate("MetricPal.sendData('xhr')") is True
    assert names(collector) == ["a", "b"]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("event => ({...event, properties: {...event.properties, plan: 'pro'}})", [("a", "pro"), ("b", "pro")]),
        ("event => event.properties.event_name === 'a' ? null : event", [("b", None)]),
        ("event => { throw new Error('mine') }", [("a", None), ("b", None)]),
        (
            "event => { event.properties.plan = 'new' }",
            [("a", "new"), ("b", "new")],
        ),
    ],
)
def test_G178_the_site_has_the_last_word_on_each_event(
    page: Page, collector: Collector, site: Website, function: str, expected: list[Any]
) -> None:
    page.goto(site.show(options=QUICK, before=f"<script>MetricPalConfig = {{beforeSend: {function}}}</script>"))
    page.evaluate(SEND, ["a", "b"])
    collector.wait(lambda: "b" in names(collector), "the last event")
    found = [event["properties"] for event in collector.events("custom")]
    assert [(each["event_name"], each.get("plan")) for each in found] == expected


def test_G179_a_page_on_which_nothing_happens_sends_nothing(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("scroll")
    page.wait_for_timeout(300)
    count = len(collector.bodies)
    page.wait_for_timeout(3000)
    assert len(collector.bodies) == count


def test_a_collector_that_asks_for_a_pause_or_says_off_is_obeyed(
    page: Page, collector: Collector, site: Website
) -> None:
    collector.said = b'{"hold": 2}'
    with answered(page, "page_view"):
        page.goto(site.show(options=QUICK))
    collector.said = b'{"off": true}'
    count = len(collector.bodies)
    with answered(page, "later"):
        page.evaluate(SEND, ["later"])
        page.wait_for_timeout(1000)
        assert len(collector.bodies) == count, collector.bodies
    page.evaluate(SEND, ["never"])
    page.evaluate(HIDE, True)
    page.wait_for_timeout(600)
    assert "never" not in names(collector)
