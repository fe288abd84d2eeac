"""Acceptance A: however the script comes into the page, and whatever the page does to it."""

import json
import re
import time

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tracking.tests.script.website import HIDE, QUICK, SLOW, Collector, Website

pytestmark = pytest.mark.browser
KEY = "mp_test_1234567890abcdef"


def test_A001_calls_right_after_the_tag_belong_to_the_same_visit(
    page: Page, collector: Collector, site: Website
) -> None:
    calls = "MetricPal.trackEvent('button_clicked'); MetricPal.goal('signup'); MetricPal.identify('a@b.example')"
    page.goto(site.show(options=QUICK, after=f"<script>{calls}</script>"))
    wanted = {"session_start", "page_view", "custom", "goal", "identify"}
    collector.wait(lambda: wanted <= set(collector.types()), "the five events")
    assert len({event["session_id"] for event in collector.events()}) == 1
    assert collector.one("custom")["properties"] == {"event_name": "button_clicked"}


def test_A003_a_title_that_stands_below_the_tag_is_the_title(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    assert collector.one("page_view")["properties"]["title"] == "Acme: home"


def test_A006_a_tag_that_a_script_inserts_reads_its_own_attributes(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show("bare"))
    before = page.evaluate("document.body.innerHTML")
    page.evaluate(
        """([key, api]) => {
            const tag = Object.assign(document.createElement('script'), {src: '/trackingscript.js', async: true});
            Object.assign(tag.dataset, {apikey: key, api, intervalStart: '100', batchSize: '7'});
            document.head.append(tag);
        }""",
        [KEY, site.collector],
    )
    collector.one("page_view")
    assert page.evaluate("MetricPal.getConfig().batchSize") == 7
    assert page.evaluate("document.body.innerHTML") == before


def test_A007_a_second_script_with_a_name_of_its_own_shares_nothing(
    page: Page, collector: Collector, site: Website
) -> None:
    other = f'<script src="/trackingscript.js?b" data-apikey="mp_test_other" data-api="{site.collector}" {QUICK}'
    page.goto(site.show(options=QUICK, after=f'{other} data-global="Other"></script>'))
    page.evaluate("Other.trackEvent('for_other'); MetricPal.trackEvent('for_first')")
    collector.wait(lambda: collector.types().count("custom") == 2, "both events")
    by_key = {body["api_key"]: body for body in collector.bodies}
    assert by_key.keys() == {KEY, "mp_test_other"}
    assert by_key[KEY]["visitor_id"] != by_key["mp_test_other"]["visitor_id"]
    names = {
        body["api_key"]: event["properties"]["event_name"]
        for body in collector.bodies
        for event in body["events"]
        if event["event_type"] == "custom"
    }
    assert names == {KEY: "for_first", "mp_test_other": "for_other"}


def test_A011_a_call_that_does_not_exist_is_named_and_the_others_follow(
    page: Page, collector: Collector, site: Website
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    early = "MetricPal = {q: [['trackEvnt', ['x'], Date.now()], ['trackEvent', ['right'], Date.now()]]}"
    page.goto(site.show(options=QUICK, before=f"<script>{early}</script>"))
    assert collector.one("custom")["properties"]["event_name"] == "right"
    assert any("trackEvnt" in text for text in said)


def test_A013_whatever_a_page_hands_over_arrives_as_plain_values(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    page.evaluate("""() => {
        const cycle = {name: 'ring'}; cycle.self = cycle;
        MetricPal.trackEvent('odd', {
            cycle, big: 12345678901234567890n, date: new Date(0), node: document.body, fn() {}, nan: NaN,
            bad: {toJSON() { throw new Error('no') }}, error: new Error('boom'), deep: {a: {b: [1, undefined]}},
        });
    }""")
    assert collector.one("custom")["properties"] == {
        "event_name": "odd",
        "cycle": {"name": "ring"},
        "big": "12345678901234567890",
        "date": "1970-01-01T00:00:00.000Z",
        "node": "body",
        "nan": None,
        "error": "boom",
        "deep": {"a": {"b": [1, None]}},
    }


def test_A014_a_fetch_that_throws_is_gone_around(page: Page, collector: Collector, site: Website) -> None:
    broken = "<script>window.fetch = () => { throw new Error('patched') }</script>"
    page.goto(site.show(options=QUICK, before=broken))
    collector.one("page_view")


def test_A016_what_the_script_knows_can_be_asked(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    ask = "[MetricPal.getVisitorId(), MetricPal.getUserIdentity(), MetricPal.isIdentified()]"
    visitor, identity, known = page.evaluate(ask)
    assert re.fullmatch(r"[0-9a-f-]{36}", visitor)
    assert (identity, known) == (None, False)
    page.evaluate("MetricPal.identify('A@B.example ', {plan: 'pro'}); MetricPal.getConfig().apikey = 'changed'")
    assert page.evaluate(ask) == [visitor, {"email": "a@b.example", "traits": {"plan": "pro"}}, True]
    assert page.evaluate("MetricPal.getConfig().apikey") == KEY
    package = settings.BASE_DIR / "tracking/tracker/package.json"
    assert page.evaluate("MetricPal.v") == json.loads(package.read_text())["version"]


@pytest.mark.parametrize(
    ("statuses", "outcome"), [([202], {"status": 202}), ([404], {"status": 404}), ([503, 200], {"error": 503})]
)
def test_A017_a_callback_hears_how_it_went_once(
    page: Page, collector: Collector, site: Website, statuses: list[int], outcome: dict[str, int]
) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    collector.answers = statuses
    page.evaluate("window.heard = []; MetricPal.trackEvent('a', {}, {callback: said => heard.push(said)})")
    page.wait_for_function("heard.length > 0")
    page.wait_for_timeout(300)
    assert page.evaluate("heard") == [outcome]


def test_A017_after_an_opt_out_the_callback_hears_nothing_but_is_called(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    page.evaluate("MetricPal.optOut(); MetricPal.trackEvent('a', {}, {callback: said => window.heard = [said]})")
    assert page.evaluate("heard.length === 1 && heard[0] === undefined")


def test_A018_every_option_is_mirrored_and_nonsense_means_the_default(
    page: Page, collector: Collector, site: Website
) -> None:
    given = (
        'data-privacy-mode="true" data-cookieless="true" data-interval-start="7000" data-interval-increment="500" '
        'data-batch-size="10" data-session-timeout="abc"'
    )
    page.goto(site.show(options=given))
    config = page.evaluate("MetricPal.getConfig()")
    assert (config["privacyMode"], config["cookieless"]) == (True, True)
    assert (config["intervalStart"], config["intervalIncrement"], config["batchSize"]) == (7000, 500, 10)
    assert config["sessionTimeout"] == 30


def test_A021_a_strict_policy_with_a_nonce_lets_the_parts_come(page: Page, collector: Collector, site: Website) -> None:
    policy = f"default-src 'none'; script-src 'nonce-n1'; connect-src {site.collector}"
    site.headers = {"Content_Security_Policy": policy}
    page.goto(site.show(options=f'{QUICK} nonce="n1"'))
    collector.one("page_view")
    page.locator("#cta").click()
    assert collector.one("click")["properties"]["element_id"] == "cta"


def test_A022_a_part_that_was_changed_on_its_way_does_not_run(page: Page, collector: Collector, site: Website) -> None:
    collector.parts["more"] = b"window.hacked = true"
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    page.evaluate("MetricPal.trackEvent('goes_on')")
    collector.one("custom")
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None


def test_A023_another_path_on_the_sites_own_host_takes_everything(page: Page, site: Website) -> None:
    address = site.show(options=QUICK)
    site.html = site.html.replace(f'data-api="{site.collector}"'.encode(), b'data-api="/w"')
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    deadline = time.monotonic() + 5
    while not site.posted and time.monotonic() < deadline:
        page.wait_for_timeout(30)
    assert {path for path, _ in site.posted} == {"/w/api/v1/collect"}
    assert all(url.startswith(site.url) for url in asked)


def test_ready_on_and_load_are_there_for_the_page(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=SLOW))
    page.evaluate("""() => {
        window.seen = [];
        MetricPal.ready(mp => seen.push(mp === MetricPal));
        MetricPal.on(event => seen.push(event.event_type));
        MetricPal.on(() => { throw new Error('mine') });
        MetricPal.trackEvent('watched');
    }""")
    assert page.evaluate("seen") == [True, "custom"]
    page.evaluate(HIDE, True)
    collector.one("custom")
