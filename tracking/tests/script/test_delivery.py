"""How events reach the collector: batches, beacons, retries, calls made early, tags that stand twice."""

import pytest
from playwright.sync_api import Page

from tracking.tests.script.website import HIDE, QUICK, SLOW, UUID7, Collector, Website, kept_names

pytestmark = pytest.mark.browser


def test_A002_calls_made_before_the_script_was_there_are_replayed_with_their_moments(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show("stub", options=QUICK))
    collector.wait(lambda: len(collector.events("custom")) == 2)
    assert collector.types()[:6] == ["session_start", "page_view", "custom", "goal", "identify", "custom"]
    view, first, goal, identify, last = collector.events()[1:6]
    assert view["timestamp"] - first["timestamp"] >= 200  # the script came 300 ms later
    assert view["properties"]["plan"] == "pro"  # it was shared before the script came
    assert first["properties"] == {"plan": "pro", "n": 1, "event_name": "first"}
    assert goal["properties"] == {"plan": "pro", "n": 2, "goal_name": "signup"}
    assert identify["properties"] == {"plan": "pro", "name": "Ann", "email": "ann@acme.example"}
    assert last["timestamp"] >= first["timestamp"]


@pytest.mark.parametrize("call", ["['optOut', [], 1]", "['consent', ['denied'], 1]"])
def test_A002_who_declines_before_the_script_is_there_is_never_counted(
    page: Page, collector: Collector, site: Website, call: str
) -> None:
    early = f"MetricPal = {{q: [['trackEvent', ['x'], 1], {call}]}}"
    page.goto(site.show(options=QUICK, before=f"<script>{early}</script>"))
    page.wait_for_function("MetricPal.v")
    page.wait_for_timeout(400)
    assert collector.kinds == []
    assert kept_names(page) == ["_mp_consent"]


def test_G154_a_full_batch_leaves_at_once_and_the_rest_with_the_next_one(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=SLOW + ' data-batch-size="5"'))
    page.evaluate("for (let i = 0; i < 13; i++) MetricPal.trackEvent('e' + i)")
    collector.wait(lambda: len(collector.events()) >= 15)  # with session_start and page_view
    assert [len(body["events"]) for body in collector.bodies[:3]] == [5, 5, 5]
    assert [e["properties"]["event_name"] for e in collector.events("custom")] == [f"e{i}" for i in range(13)]


def test_G169_leaving_the_page_sends_what_waits_in_bodies_a_beacon_can_carry(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=SLOW))
    page.evaluate("for (let i = 0; i < 6; i++) MetricPal.trackEvent('long', {text: 'é'.repeat(5000)})")
    page.goto("about:blank")
    collector.one("page_exit")
    assert len(collector.events("custom")) == 6
    assert len(collector.bodies) > 1
    assert collector.one("page_exit")["properties"]["n"] == 1


def test_G169_hiding_the_tab_twice_sends_nothing_twice(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=SLOW))
    page.evaluate(HIDE, True)
    collector.one("page_exit")
    page.evaluate(HIDE, False)
    page.evaluate(HIDE, True)
    page.evaluate("MetricPal.trackEvent('later'); MetricPal.sendData('beacon')")
    collector.one("custom")
    assert collector.types().count("page_exit") == 1  # no deeper and less than three seconds more
    assert collector.types().count("page_view") == 1


def test_G157_events_come_again_after_a_503_under_the_same_ids(page: Page, collector: Collector, site: Website) -> None:
    collector.answers = [503]
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    refused, taken = collector.bodies[:2]
    assert [e["id"] for e in taken["events"]][:2] == [e["id"] for e in refused["events"]][:2]
    assert (refused["retry"], taken["retry"]) == (0, 1)
    assert taken["sent_at"] - refused["sent_at"] >= 1000  # Retry-After: 1


def test_G165_events_survive_the_page_while_the_collector_is_down(
    page: Page, collector: Collector, site: Website
) -> None:
    collector.forever = 503
    page.goto(site.show(options=QUICK) + "first")
    page.evaluate("MetricPal.goal('bought')")
    collector.wait(lambda: collector.events("goal", status=503))
    page.goto(site.url + "/second")
    collector.forever = 200
    goal = collector.one("goal")
    assert goal["id"] == collector.events("goal", status=503)[0]["id"]
    assert goal["url"] == f"{site.url}/first"
    collector.wait(lambda: len(collector.events("page_view")) == 2)
    page.wait_for_function("!Object.keys(localStorage).some(name => name.startsWith('_mp_q'))")


def test_A004_a_tag_that_stands_twice_counts_once(page: Page, collector: Collector, site: Website) -> None:
    again = '<script src="/trackingscript.js?again" data-apikey="mp_test_1234567890abcdef"></script>'
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    page.goto(site.show(options=QUICK, after=again + again.replace("mp_test_", "mp_live_")))
    collector.one("page_view")
    page.evaluate("MetricPal.trackEvent('once')")
    collector.one("custom")
    assert collector.types().count("page_view") == 1
    assert len(warnings) == 1 and "data-apikey" in warnings[0]


def test_A013_wrong_calls_never_throw_into_the_page(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    script = """() => {
        const odd = [undefined, null, 0, '', [], {}, () => {}, Symbol('s'), 10n];
        for (const name of Object.keys(MetricPal).filter(name => !/^(v|opt|reset)/.test(name)))
            for (const value of odd) MetricPal[name](value, value, value);
        const loop = {}; loop.loop = loop;
        const odds = {loop, big: 1n, el: document.body};
        return [MetricPal.trackEvent('odd', odds), MetricPal.trackEvent(''), MetricPal.getClickInfo(1)];
    }"""
    done, empty, nothing = page.evaluate(script)
    assert UUID7.fullmatch(done) and empty is None and nothing is None
    odd = collector.wait(lambda: [e for e in collector.events("custom") if e["id"] == done])[0]
    assert odd["properties"] == {"loop": {}, "big": "1", "el": "body", "event_name": "odd"}


def test_A008_a_page_without_a_key_sends_nothing_and_keeps_working(
    page: Page, collector: Collector, site: Website
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    site.show(options=QUICK)
    site.html = site.html.replace(b'data-apikey="mp_test_1234567890abcdef"', b"")
    page.goto(site.url)
    assert page.evaluate("[MetricPal.trackEvent('x'), MetricPal.identify('a@b.example')]") == [None, False]
    assert any("no data-apikey" in text for text in said)
    assert collector.kinds == []
