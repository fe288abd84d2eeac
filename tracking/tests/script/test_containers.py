"""Tag containers in a real browser: one tag on a customer's page, rules and adaptors changed behind it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from config.lib.clock import now
from tracking import browse, script_builds
from tracking.containers import drafts, publishing, serving
from tracking.installation import LATELY
from tracking.models import Container, ScriptChannel
from tracking.tests import containers, door
from tracking.tests.script.website import SECONDS, Website, kept_names, serve
from workspaces.models import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOP = """<!doctype html><title>Shop</title>
<script>MetricPalConfig = {{intervalStart: 150, intervalIncrement: 0}}</script>
<script src="{tag}"></script>{inline}
<button class="buy" data-plan="pro">Buy <b>now</b></button>
<form id="news" onsubmit="event.preventDefault()"><input name="n"><button class="send">Send</button></form>
<div class="product-card" data-product-id="p1" data-price="12.5">Chair</div>
<svg width="10" height="2000"></svg><p id="prices">Prices</p>
"""
RULES = {
    "track_clicks": False,
    "events": [
        {
            "on": "click",
            "selector": ".buy",
            "event": "buy_clicked",
            "properties": {"plan": "@data-plan", "text": "@text"},
        },
        {"on": "click", "selector": ".buy", "event": "elsewhere", "pages": ["/other/**"]},
        {"on": "submit", "selector": "#news", "event": "newsletter", "kind": "goal", "properties": {"n": 1}},
        {"on": "visible", "selector": "#prices", "event": "prices_seen"},
        {"on": "page", "event": "cart_opened", "pages": ["/cart/**"]},
        {"on": "click", "selector": "!!", "event": "never"},
    ],
}
SEEDS_ADAPTOR = """
document.querySelectorAll('.product-card').forEach(el => {
  el.addEventListener('click', function() {
    track('product_view', { product_id: this.dataset.productId, price: this.dataset.price });
  });
});
"""


class Shop:
    """The customer's page with one container's tag, and the events that the collector took from it."""

    def __init__(self, page: Page, live_site: str, website: Website, dataset_id: int) -> None:
        self.page, self.live_site, self.website, self.dataset_id = page, live_site, website, dataset_id
        self.said: list[str] = []
        self.errors: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str, inline: str = "") -> None:
        """As a visitor whose browser has no copy of the container."""
        self.page.context.new_cdp_session(self.page).send("Network.clearBrowserCache")
        self.website.html = SHOP.format(tag=f"{self.live_site}{path}", inline=inline).encode()
        self.page.goto(self.website.url)

    def names(self) -> list[str]:
        return [event.name for event in door.events(self.dataset_id)]

    def wait(self, name: str) -> dict[str, str]:
        for _ in range(int(SECONDS / 0.05)):
            for event in door.events(self.dataset_id):
                if event.name == name:
                    return event.props
            self.page.wait_for_timeout(50)
        pytest.fail(f"{name} did not arrive; what did: {self.names()}; said: {self.said}")


@pytest.fixture
def shop(page: Page, live_site: str, acme: Workspace, empty_log: None) -> Iterator[Shop]:
    serving.forget()
    website = Website("")
    with serve(website.handler()) as website.url:
        yield Shop(page, live_site, website, acme.dataset_id())


@pytest.fixture
def made(acme: Workspace) -> Callable[..., Container]:
    return lambda code="", **fields: containers.container(acme, code, **fields)


def tag(container: Container) -> str:
    return f"/tag/{container.public_id}.js"


def test_I009_rules_become_events_that_reach_the_store(shop: Shop, made: Any, writer: Any) -> None:
    shop.open(tag(made(rules=RULES)))
    shop.page.click(".buy b")
    shop.page.click(".send")
    shop.page.evaluate("document.querySelector('#prices').scrollIntoView()")
    assert shop.wait("buy_clicked") == {"plan": "pro", "text": "Buy now"}
    assert shop.wait("newsletter") == {"n": "1"}
    shop.wait("prices_seen")
    shop.page.evaluate("history.pushState({}, '', '/cart/1')")
    shop.wait("cart_opened")
    assert {"elsewhere", "never", "click"}.isdisjoint(shop.names())
    assert any("rule for never stopped" in text for text in shop.said)
    assert shop.errors == []
    assert shop.page.evaluate("'MetricPalConfig' in window && MetricPalConfig.apikey") is None

    writer.store_next(0)
    stored = browse.latest(shop.dataset_id, browse.Wanted(now() - LATELY, now() + LATELY)).rows
    assert {"page_view", "buy_clicked", "newsletter", "prices_seen", "cart_opened"} <= {row["name"] for row in stored}


def test_I149_the_printed_adaptor_sends_its_event_with_the_schema(shop: Shop, made: Any) -> None:
    shop.open(tag(made(SEEDS_ADAPTOR)))
    shop.page.click(".product-card")
    assert shop.wait("product_view") == {"product_id": "p1", "price": "12.5", "schema_id": "shop"}


def test_I150_an_adaptor_that_throws_stops_neither_the_others_nor_the_script(shop: Shop, made: Any) -> None:
    container = made("nobody.knows()", publish=False)
    late = "on('.late', 'click', function (event, element) { track('late', {same: this === element}); nobody.knows() })"
    drafts.add_adaptor(container, actor="test", now=now(), name="second", code=f"{late}\ntrack('second')")
    publishing.publish(container, actor="test", now=now())
    shop.open(tag(container))
    shop.wait("page_view")
    shop.wait("second")
    shop.page.evaluate("document.body.insertAdjacentHTML('afterbegin', '<button class=\"late\">Late</button>')")
    shop.page.click(".late")
    assert shop.wait("late") == {"same": "true"}
    assert any("adaptor shop stopped" in text for text in shop.said)
    assert shop.errors == []


def test_I010_a_killed_container_lets_calls_in_the_page_pass_and_sends_nothing(shop: Shop, made: Any) -> None:
    container = made("track('ran')")
    shop.open(tag(container))
    shop.wait("ran")
    publishing.set_killed(container, True, actor="test", now=now())
    before = len(shop.names())
    shop.open(tag(container), inline="<script>done = [MetricPal.trackEvent('x'), MetricPal.isIdentified()]</script>")
    assert shop.page.evaluate("done") == [None, False]
    shop.page.wait_for_timeout(500)
    assert {"x"}.isdisjoint(shop.names())
    assert shop.names().count("ran") == 1
    assert len(shop.names()) <= before + 1  # the first page's exit
    assert shop.errors == []


def test_I206_a_rollback_and_a_channel_take_effect_with_the_next_load(shop: Shop, made: Any) -> None:
    container = made("track('first')")
    containers.recode(container, "track('second')")
    shop.open(tag(container))
    shop.wait("second")
    publishing.roll_back(container, 1, actor="test", now=now())
    shop.open(tag(container))
    shop.wait("first")

    present = script_builds.installed()
    assert present
    older = {name: file for name, file in vars(present.files["trackingscript"]).items() if name != "body"}
    body = present.body("trackingscript").replace(present.version, "2.1.4")
    script_builds.keep(present)
    for file in present.files.values():
        kept = vars(file) | ({**older, "body": body} if file.variant == "trackingscript" else {})
        script_builds.ScriptFile.objects.create(version="2.1.4", **kept)
    drafts.change(container, {"channel": "pinned:2.1.4"}, actor="test", now=now())
    publishing.publish(container, actor="test", now=now())
    canary = made(channel="canary")
    ScriptChannel.objects.create(name="stable", version="2.1.4")
    stable = made()
    versions = []
    for each in (container, canary, stable):
        shop.open(tag(each))
        versions.append(shop.page.evaluate("MetricPal.v"))
    assert versions == ["2.1.4", present.version, "2.1.4"]


def test_I205_a_pinned_revision_runs_under_its_hash_and_not_under_another(shop: Shop, made: Any) -> None:
    container = made("track('pinned')")
    revision = container.live
    fits = f'{tag(container)[:-3]}/1.js" integrity="{revision.integrity}" crossorigin="anonymous'
    shop.open(fits)
    shop.wait("pinned")
    shop.open(fits.replace("sha384-", "sha384-AAAA"))
    assert shop.page.evaluate("typeof MetricPal") == "undefined"


def test_I004_a_tag_that_stands_twice_runs_its_rules_once(shop: Shop, made: Any) -> None:
    container = made("track('ran')", rules=RULES)
    shop.open(tag(container), inline=f'<script src="{shop.live_site}{tag(container)}?again"></script>')
    shop.wait("ran")
    shop.page.click(".buy")
    shop.wait("buy_clicked")
    shop.page.wait_for_timeout(300)
    assert (shop.names().count("ran"), shop.names().count("buy_clicked"), shop.names().count("page_view")) == (1, 1, 1)


def test_I007_a_container_beside_the_tag_of_another_workspace_sends_it_nothing(
    shop: Shop, made: Any, globex: Workspace
) -> None:
    theirs = containers.container(globex)
    container = made("track('ours')")
    shop.open(tag(theirs), inline=f'<script src="{shop.live_site}{tag(container)}"></script>')
    shop.page.wait_for_timeout(600)
    assert shop.names() == []
    assert "ours" not in [event.name for event in door.events(globex.dataset_id())]


def test_H181_a_container_that_waits_for_consent_runs_stores_and_sends_nothing_before_it(shop: Shop, made: Any) -> None:
    container = made("track('ran')", rules={"consent": "pending"})
    early = "<script>MetricPal.trackEvent('early'); MetricPal.isIdentified()</script>"
    shop.open(tag(container), inline=early)
    shop.page.click(".buy")
    shop.page.wait_for_timeout(500)
    assert shop.names() == []
    assert kept_names(shop.page) == []

    shop.page.evaluate("MetricPal.consent('denied'); MetricPal.consent('granted'); MetricPal.optIn()")
    shop.wait("early")
    shop.wait("ran")
    assert shop.names().count("page_view") == shop.names().count("ran") == shop.names().count("early") == 1
    shop.open(tag(container))
    shop.page.wait_for_function("MetricPal.v")
    assert shop.errors == []
