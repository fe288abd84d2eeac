"""(g) What the tracking script costs the page it stands in: starting, a click, a scroll, and a long life.

Chromium's processor is throttled six times, as a cheap phone is. Times are set against the same busy loop in the same
run, since a shared core is never equally fast.
"""

import argparse
import contextlib
import statistics
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from config.launcher import chromium
from config.testing.pages import ARGUMENTS
from tracking.tests.script.website import BUILT, Collector, Website, serve

ROUNDS = 15
THROTTLE = 6
# About a millisecond of honest work on a desktop.
REFERENCE = """() => {
    const started = performance.now();
    let text = '';
    for (let i = 0; i < 20000; i++) text = (text + i).slice(-50);
    return performance.now() - started;
}"""
EVALUATE = """code => {
    delete window.MetricPal;
    const script = document.createElement('script');
    Object.assign(script.dataset, {apikey: 'mp_test_bench', api: location.origin});
    script.textContent = code;
    const started = performance.now();
    document.head.append(script);
    return performance.now() - started;
}"""
CLICK = """count => {
    const button = document.getElementById('cta');
    const started = performance.now();
    for (let i = 0; i < count; i++) button.click();
    return (performance.now() - started) / count;
}"""
LIVE = """async ([first, count]) => {
    for (let i = first; i < first + count; i++) {
        if (i % 10 === 0) history.pushState({}, '', '/p' + i);
        document.getElementById('cta').click();
        MetricPal.trackEvent('step', {i});
        if (i % 50 === 0) await new Promise(done => setTimeout(done, 5));
    }
    await MetricPal.sendData();
}"""


def measure(options: argparse.Namespace) -> dict[str, object]:
    """the tracking script in a browser slowed down six times; a soak of 10,000 events"""
    with browsing() as (page, site, session, _):
        session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        page.goto(site.show("bare", body="<button id=cta>Buy</button>"))
        reference = _median(page, REFERENCE)
        bare = page.evaluate(CLICK, 300)
        code = {name: (BUILT / f"{name}.js").read_text() for name in ("trackingscript", "nano")}
        evaluated = {name: _median(page, EVALUATE, text) for name, text in code.items()}
        page.goto(site.show(body="<div style='height:300vh'></div>"))
        page.wait_for_timeout(2500)
        clicked = page.evaluate(CLICK, 300)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        return {
            f"reference loop at 1/{THROTTLE} speed, ms": round(reference, 1),
            **{f"{name}: evaluation, ms (ratio)": _with_ratio(ms, reference) for name, ms in evaluated.items()},
            "a click without and with the script, ms": f"{bare:.2f}, {clicked:.2f}",
            **_soak(page, session),
        }


def _soak(page: Page, session: CDPSession) -> dict[str, object]:
    """10,000 clicks and events over 1,000 routes, after a first 1,000 that warm up."""
    page.evaluate(LIVE, [0, 1000])
    before = heap(session)
    started = time.monotonic()
    page.evaluate(LIVE, [1000, 5000])
    after = heap(session)
    return {
        "soak: events, s": f"10000, {time.monotonic() - started:.0f}",
        "soak: growth of the heap, KB": round((after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 1024),
        "soak: more listeners, nodes": f"{after['JSEventListeners'] - before['JSEventListeners']:.0f}, "
        f"{after['Nodes'] - before['Nodes']:.0f}",
    }


def heap(session: CDPSession) -> dict[str, float]:
    """Chromium's counts of the page, garbage collected."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in found}


def _median(page: Page, script: str, argument: object = None) -> float:
    return statistics.median(page.evaluate(script, argument) for _ in range(ROUNDS))


def _with_ratio(ms: float, reference: float) -> str:
    return f"{ms:.1f} ({ms / reference:.1f})"


@contextlib.contextmanager
def browsing() -> Iterator[tuple[Page, Website, CDPSession, Collector]]:
    """A page, the website it will be of, its DevTools session, and what takes its events."""
    collector = Collector()
    with sync_playwright() as playwright, serve(collector.handler()) as address:
        site = Website(address)
        with serve(site.handler()) as site.url:
            browser = playwright.chromium.launch(executable_path=chromium.path(), args=ARGUMENTS)
            context = browser.new_context()
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Performance.enable")
            yield page, site, session, collector
            browser.close()
