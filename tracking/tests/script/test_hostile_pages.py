"""Pages that are hard on scripts in them: strict policies, broken built-ins, names that hide the browser's own."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tracking.tests.script.website import HIDE, QUICK, Collector, Website

pytestmark = pytest.mark.browser
BUY = "document.getElementById('cta').click()"
HIDDEN_NAMES = ("children", "getAttribute", "nodeName", "attributes", "parentElement", "id", "submit", "elements")
BOOKING = """<form id="booking" onsubmit="event.preventDefault()"><input name="{name}">
<input name="email" type="email" value="ann@acme.example"><p><button id="rest" type="button">More</button>
<button id="go" data-analytics-track="booked">Book</button></p></form>"""
CLOCK = "<script>const real = Date.now.bind(Date); ahead = 0; Date.now = () => real() + ahead</script>"
GIVEN_BACK = "e => ({...e, properties: {...e.properties, big: 10n, node: document.body}})"


def view_and_click(page: Page, collector: Collector) -> None:
    """Whatever the page does, both arrive; `collector` sees to it that no error got out."""
    collector.one("page_view")
    page.evaluate(BUY)
    assert collector.one("click")["properties"]["element_id"] == "cta"


@pytest.mark.parametrize(
    "spoiled",
    [
        "Array.prototype.toJSON = function () { return '[' + this.join() + ']' }; Array.prototype.last = () => 1",
        "Object.prototype.extra = () => 1; Object.prototype.url = 'x'",
        "Object.freeze(history)",
        "window.fetch = undefined",
        "window.MetricPal = {q: [null, 5]}",
        "Object.defineProperty(navigator, 'languages', {get() { throw new Error('mine') }})",
        "const later = setTimeout; window.setTimeout = (fn, ms, ...rest) => later(() => fn(...rest), ms)",
    ],
)
def test_a_page_that_changed_the_browsers_own_objects_is_counted(
    page: Page, collector: Collector, site: Website, spoiled: str
) -> None:
    page.goto(site.show(options=QUICK, before=f"<script>{spoiled}</script>"))
    page.evaluate("MetricPal.trackEvent('listed', {list: [1, 2]})")
    assert collector.one("custom")["properties"]["list"] == [1, 2]
    view_and_click(page, collector)


def test_elements_whose_names_hide_the_documents_own_do_no_harm(
    page: Page, collector: Collector, site: Website
) -> None:
    forms = "".join(f'<form name="{name}"></form>' for name in ("title", "referrer", "head", "forms", "cookie", "body"))
    tag = f'<script src="/trackingscript.js" data-apikey="k" data-api="{site.collector}" {QUICK}></script>'
    page.goto(site.show("bare", body=f'{forms}<i id="MetricPal"></i><button id="cta">Buy</button>{tag}'))
    view_and_click(page, collector)


@pytest.mark.parametrize("name", HIDDEN_NAMES)
def test_a_field_whose_name_hides_a_property_of_its_form_costs_no_event(
    page: Page, collector: Collector, site: Website, name: str
) -> None:
    page.goto(site.show(options=QUICK, body=BOOKING.format(name=name)))
    collector.one("page_view")
    page.evaluate("for (const id of ['rest', 'go']) document.getElementById(id).click()")
    collector.one("auto_identify")
    assert collector.one("click")["properties"]["path"] == "button#rest"
    assert collector.one("custom")["properties"]["event_name"] == "booked"
    assert collector.one("form_submit")["properties"]["form_id"] == "booking"


def test_a_policy_that_knows_nothing_of_ours_costs_the_parts_and_not_the_views(
    page: Page, collector: Collector, site: Website
) -> None:
    site.headers = {"Content_Security_Policy": "require-trusted-types-for 'script'; trusted-types theirs"}
    page.goto(site.show(options=QUICK))
    page.evaluate("MetricPal.trackEvent('counted')")
    collector.one("page_view")
    collector.one("custom")


def test_a_policy_that_names_ours_lets_everything_come(page: Page, collector: Collector, site: Website) -> None:
    site.headers = {"Content_Security_Policy": "require-trusted-types-for 'script'; trusted-types metricpal"}
    page.goto(site.show(options=QUICK))
    view_and_click(page, collector)


def test_a_document_of_xml_counts_as_any_other(page: Page, collector: Collector, site: Website) -> None:
    site.headers = {"Content_Type": "application/xhtml+xml"}
    tag = f'<script src="/trackingscript.js" data-apikey="k" data-api="{site.collector}" {QUICK}></script>'
    form = '<form id="f" onsubmit="event.preventDefault()"><input name="a"/><button id="cta">Buy</button></form>'
    page_of = f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>X</title>{tag}</head><body>{form}</body></html>'
    site.html = page_of.encode()
    page.goto(site.url)
    view_and_click(page, collector)
    assert collector.one("form_submit")["properties"]["form_id"] == "f"


def test_a_page_that_replaces_its_head_and_body_is_still_watched(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    page.evaluate("""() => {
        document.head.remove();
        const body = document.createElement('body');
        body.innerHTML = '<button id="cta">Buy</button>';
        document.body.replaceWith(body);
    }""")
    view_and_click(page, collector)


def test_a_clock_that_is_set_back_keeps_nothing_waiting(page: Page, collector: Collector, site: Website) -> None:
    collector.answers = [503]
    page.goto(site.show(options=QUICK, before=CLOCK))
    collector.wait(lambda: collector.bodies, "the refused batch")
    page.wait_for_timeout(100)
    page.evaluate("ahead = -3 * 3600e3; MetricPal.trackEvent('earlier')")
    collector.one("custom")
    assert collector.one("page_view")["timestamp"] > collector.one("custom")["timestamp"]


def test_an_identity_that_finds_the_storage_full_lasts_as_long_as_the_page(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    page.evaluate("void (Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') })")
    assert page.evaluate("[MetricPal.identify('user-1'), MetricPal.isIdentified()]") == [True, True]
    collector.one("identify")


@pytest.mark.parametrize(("hook", "big"), [(GIVEN_BACK, "10"), ("async e => e", None), ("e => 5", None)])
def test_a_hook_that_gives_back_what_it_should_not_breaks_nothing(
    page: Page, collector: Collector, site: Website, hook: str, big: str | None
) -> None:
    page.goto(site.show(options=QUICK, before=f"<script>MetricPalConfig = {{beforeSend: {hook}}}</script>"))
    properties = collector.one("page_view")["properties"]
    assert (properties["title"], properties.get("big")) == ("Acme: home", big)


def test_the_hook_has_the_last_word_on_titles_that_come_late(page: Page, collector: Collector, site: Website) -> None:
    hook = "e => { if (e.properties.title) e.properties.title = e.properties.title.replace('Ann', '…') }"
    page.goto(site.show(options=QUICK, before=f"<script>MetricPalConfig = {{beforeSend: {hook}}}</script>"))
    page.evaluate("history.pushState({}, '', '/b'); setTimeout(() => { document.title = 'Order of Ann' }, 100)")
    collector.wait(lambda: len(collector.events("page_view")) == 2, "both views")
    assert [event["properties"]["title"] for event in collector.events("page_view")] == ["Acme: home", "Order of …"]


def test_no_call_throws_whatever_it_is_given(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    odd = """new Proxy({}, {get() { throw new Error('get') }, ownKeys() { throw new Error('keys') }}),
        Symbol('s'), 10n, document, () => 1, null, {}, '', NaN"""
    page.evaluate(f"""() => {{
        const odd = [{odd}];
        const calls = Object.keys(MetricPal).filter(name => name !== 'v' && !/opt|consent/.test(name));
        for (const name of calls)
            for (const one of odd) for (const two of odd.slice(0, 3)) MetricPal[name](one, two, one);
    }}""")
    page.evaluate("MetricPal.reset(); MetricPal.page({title: 404}); MetricPal.trackEvent('after')")
    collector.wait(lambda: "after" in str(collector.events("custom")), "the event after them")


def test_leaving_without_being_hidden_first_sends_what_waits(page: Page, collector: Collector, site: Website) -> None:
    """As some phones do it; and hidden again and again, a page tells of it once."""
    page.goto(site.show(options='data-interval-start="60000"'))
    page.evaluate("MetricPal.trackEvent('a'); dispatchEvent(new PageTransitionEvent('pagehide'))")
    collector.one("page_exit")
    for hidden in (True, False) * 10:
        page.evaluate(HIDE, hidden)
    page.wait_for_timeout(200)
    types = [one for one in collector.types() if one != "scroll"]  # where the page was open long enough
    assert types == ["session_start", "page_view", "custom", "page_exit"]


def test_a_worker_that_takes_over_every_request_loses_none(page: Page, collector: Collector, site: Website) -> None:
    worker = "onfetch = event => event.respondWith(fetch(event.request)); onactivate = () => clients.claim()"
    site.files["worker.js"] = worker.encode()
    page.goto(site.show(options=QUICK))
    page.evaluate("navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)")
    page.reload()
    view_and_click(page, collector)


@pytest.mark.parametrize(
    "noise",
    [
        "postMessage(5, origin)",
        "postMessage({type: {toString: 1}, event: 'calendly.event_scheduled'}, origin)",
        "postMessage({type: 'hsFormCallback', eventName: 'onFormSubmit', id: {toString: 1}}, origin)",
        "document.dispatchEvent(new Event('submit'))",
    ],
)
def test_what_others_say_before_the_parts_are_there_keeps_none_of_them_away(
    page: Page, collector: Collector, site: Website, noise: str
) -> None:
    form = '<form id="f" onsubmit="event.preventDefault()"><input name="a"><button id="go">Go</button></form>'
    page.goto(site.show(options=QUICK, after=f"<script>{noise}</script>", body=form))
    view_and_click(page, collector)
    page.locator("#go").click()
    assert collector.one("form_submit")["properties"]["form_id"] == "f"


def test_a_call_that_promises_keeps_its_promise_where_nothing_is_counted(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=QUICK))
    collector.one("page_view")
    calls = "[MetricPal.sendData(), MetricPal.sendData('xhr'), MetricPal.load('vitals')]"
    kept = page.evaluate(f"MetricPal.optOut(); Promise.all({calls}.map(one => one.then(value => !!value)))")
    assert kept == [False, False, False]
    assert page.evaluate("MetricPal.sendData('beacon')") is False


def test_a_frame_without_an_address_of_its_own_has_the_calls(page: Page, collector: Collector, site: Website) -> None:
    tag = "<script src='/trackingscript.js' data-apikey=k data-api='/w'></script><script>MetricPal.trackEvent('x')"
    page.goto(site.show(options=QUICK, body=f'<iframe srcdoc="{tag}</script>"></iframe>'))
    view_and_click(page, collector)
    assert page.evaluate("typeof frames[0].MetricPal.trackEvent") == "function"


def test_the_base_of_a_document_is_where_its_forms_lead(page: Page, collector: Collector, site: Website) -> None:
    body = """<base href="http://shop.example/a/"><form id="f" action="go" onsubmit="event.preventDefault()">
        <input name="n"><button id="cta">Go</button></form>"""
    page.goto(site.show("index", options=QUICK, body=body.replace('"cta"', '"send"')))
    collector.one("page_view")
    page.locator("#send").click()
    assert collector.one("form_submit")["properties"]["action"] == "http://shop.example/a/go"
    assert collector.one("page_view")["url"] == f"{site.url}/"


def facts(event: dict[str, Any]) -> tuple[Any, ...]:
    properties = event["properties"]
    return properties["element_tag"], properties.get("link"), properties.get("href")


def test_links_in_pictures_and_components_are_links(page: Page, collector: Collector, site: Website) -> None:
    picture = '<svg width="60" height="60"><a href="http://other.example/x"><rect width="50" height="50"/></a></svg>'
    page.goto(site.show(options=QUICK, body=f"{picture}<div></div>"))
    collector.one("page_view")
    page.evaluate("""() => {
        const shadow = document.querySelector('div:last-child').attachShadow({mode: 'open'});
        shadow.innerHTML = '<a href="http://other.example/y"><i>Y</i></a>';
        const stay = event => event.preventDefault();
        for (const link of [document.querySelector('svg a'), shadow.querySelector('a')]) link.onclick = stay;
        document.querySelector('rect').dispatchEvent(new MouseEvent('click', {bubbles: true, composed: true}));
        shadow.querySelector('i').click();
    }""")
    collector.wait(lambda: len(collector.events("click")) == 2, "both clicks")
    links = [("a", "outbound", "http://other.example/x"), ("a", "outbound", "http://other.example/y")]
    assert [facts(event) for event in collector.events("click")] == links
