"""The pages and calls that the developer's guide prints, as they stand there."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route

from tracking.containers.syntax import node_program
from tracking.tests.script.website import BUILT, SECONDS, Event, Website, serve

pytestmark = pytest.mark.browser
CDN = "https://cdn.metricpal.com"
QUICK_START = """<!doctype html><title>Shop</title><script>MetricPalConfig = {intervalStart: 150}</script>
<script
    src="https://cdn.metricpal.com/trackingscript.js"
    data-apikey="mp_live_1234567890abcdef"
    data-privacy-mode="false"
    data-auto-identify="true">
</script>

<script>
// Track custom events
MetricPal.trackEvent('button_clicked', {button_name: 'hero_cta'});
MetricPal.goal('newsletter_signup', {source: 'homepage'});
MetricPal.identify('user@example.com', {name: 'John Doe'});
</script>"""
OPTIONS = """<!doctype html><title>Shop</title><script
    src="trackingscript.js"
    data-apikey="mp_live_1234567890abcdef"
    data-privacy-mode="true"
    data-cookieless="true"
    data-auto-identify="true"
    data-only-identify="false"
    data-cross-domain="true"
    data-debug="false"
    data-interval-start="5000"
    data-interval-increment="2000"
    data-batch-size="50"
    data-session-timeout="30">
</script>"""
CALLS = """() => {
    MetricPal.identify('ann@acme.example', {plan: 'pro'});
    MetricPal.trackEvent('clicked', {n: 1});
    MetricPal.goal('Meeting Booked on Website', {integration: 'HubSpot', meetingType: 'demo'}, new Date(0));
    MetricPal.addSharedProperty({key: 'team', value: 'a', properties: {size: 3}});
    MetricPal.trackEvent('shared');
    const beacon = MetricPal.sendData('beacon');
    const facts = [MetricPal.getVisitorId().length, MetricPal.getUserIdentity().email, MetricPal.isIdentified(),
        MetricPal.getConfig().batchSize, MetricPal.getClickInfo(document.body).element_tag, beacon];
    return MetricPal.sendData('xhr').then(all => { MetricPal.endSession(true); return [...facts, all] });
}"""
HOOK = """
import { StrictMode, useCallback, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const useMetricPal = (config: {apiKey: string}) => {
  useEffect(() => {
    const script = document.createElement('script');
    script.src = 'https://cdn.metricpal.com/trackingscript.js';
    script.setAttribute('data-apikey', config.apiKey);
    document.head.appendChild(script);
    return () => document.head.removeChild(script);
  }, [config]);

  const trackEvent = useCallback((eventName: string, properties?: Record<string, any>) => {
    window.MetricPal?.trackEvent(eventName, properties);
  }, []);

  return { trackEvent };
};
"""
OURS = """
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { useMetricPal } from "./src/react.js";
"""
APP = """
function Shop() {
  const [count, setCount] = useState(0);
  const { trackEvent } = useMetricPal({ apiKey: 'mp_live_123' });
  const buy = () => { setCount(count + 1); trackEvent('button_clicked', { count }) };
  return <button id="cta" onClick={buy}>{count}</button>;
}
createRoot(document.getElementById('root')).render(<StrictMode><Shop /></StrictMode>);
"""
REACT_PAGE = """<!doctype html><title>Shop</title><script>MetricPalConfig = {intervalStart: 150, trackClicks: false}
</script><div id="root"></div><script src="app.js"></script>"""


class Cdn:
    """Stands in for the address that the guide prints: the script, its parts, and what takes the events."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.bodies: list[dict[str, Any]] = []
        page.context.route(f"{CDN}/**", self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.method == "POST":
            self.bodies.append(json.loads(route.request.post_data or ""))
            route.fulfill(json={}, headers={"Access-Control-Allow-Origin": "*"})
            return
        file = BUILT / Path(route.request.url).name
        route.fulfill(
            body=file.read_bytes(), content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"}
        )

    def events(self) -> list[Event]:
        return [event for body in self.bodies for event in body["events"]]

    def types(self) -> list[str]:
        return [event["event_type"] for event in self.events()]

    def wait(self, event_type: str, count: int = 1) -> None:
        for _ in range(int(SECONDS / 0.05)):
            if self.types().count(event_type) >= count:
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"{event_type} did not arrive; what did: {self.types()}")


@pytest.fixture
def cdn(page: Page) -> Any:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Cdn(page)
    assert errors == []


@pytest.fixture
def shop(page: Page) -> Any:
    website = Website("")
    with serve(website.handler()) as website.url:
        yield website


def test_A001_the_quick_start(page: Page, cdn: Cdn, shop: Website) -> None:
    shop.html = QUICK_START.encode()
    page.goto(shop.url)
    cdn.wait("identify")
    cdn.wait("page_view")
    found = {event["event_type"]: event["properties"] for event in cdn.events()}
    assert found["custom"] == {"event_name": "button_clicked", "button_name": "hero_cta"}
    assert found["goal"] == {"goal_name": "newsletter_signup", "source": "homepage"}
    assert found["identify"] == {"email": "user@example.com", "name": "John Doe"}
    assert {body["api_key"] for body in cdn.bodies} == {"mp_live_1234567890abcdef"}


def test_A018_the_options(page: Page, cdn: Cdn, shop: Website) -> None:
    shop.html = OPTIONS.encode()
    page.goto(shop.url)
    given: dict[str, object] = {
        "privacyMode": True,
        "cookieless": True,
        "autoIdentify": True,
        "onlyIdentify": False,
        "crossDomain": True,
    }
    given |= {"debug": False, "intervalStart": 5000, "intervalIncrement": 2000, "batchSize": 50, "sessionTimeout": 30}
    config = page.evaluate("MetricPal.getConfig()")
    assert {name: config[name] for name in given} == given
    assert page.evaluate("document.cookie + Object.keys(localStorage)") == ""


def test_A016_every_call(page: Page, cdn: Cdn, shop: Website) -> None:
    shop.html = QUICK_START.partition("<script>\n//")[0].encode() + b"<body>"
    page.goto(shop.url)
    cdn.wait("scroll")  # then clicks can be explained
    assert page.evaluate(CALLS) == [36, "ann@acme.example", True, 50, "body", True, True]
    cdn.wait("session_end")
    said = [event["properties"] for event in cdn.events() if event["event_type"] in ("custom", "goal", "session_end")]
    assert [each.get("event_name") for each in said] == ["clicked", None, "shared", None]
    assert said[1]["goal_date"] == "1970-01-01T00:00:00.000Z" and said[1]["meetingType"] == "demo"
    assert (said[2]["team"], said[2]["size"], said[3]["reason"]) == ("a", 3, "manual")


@pytest.mark.parametrize("hook", [HOOK, OURS], ids=["printed", "package"])
def test_A006_the_react_hook_under_strict_mode_and_many_renders(page: Page, cdn: Cdn, shop: Website, hook: str) -> None:
    shop.files["app.js"] = bundled(hook + APP)
    shop.html = REACT_PAGE.encode()
    page.goto(shop.url)
    cdn.wait("page_view")
    for _ in range(3):
        page.locator("#cta").click()
    cdn.wait("custom", 3)
    page.wait_for_timeout(300)
    counts = [event["properties"]["count"] for event in cdn.events() if event["event_type"] == "custom"]
    assert (counts, cdn.types().count("page_view")) == ([0, 1, 2], 1)


def bundled(program: str) -> bytes:
    folder = settings.BASE_DIR / "tracking/clients/js"
    options = ["--bundle", "--loader=tsx", "--jsx=automatic", '--define:process.env.NODE_ENV="development"']
    command = [node_program(), "node_modules/esbuild/bin/esbuild", *options]
    return subprocess.run(command, cwd=folder, input=program.encode(), capture_output=True, check=True).stdout
