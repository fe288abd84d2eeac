"""(j) A page that stays open: an application in one tab, used for half an hour, its collector away now and then.

Every sample follows a collection of garbage. What grows with time would show between the first sample and the last:
heap, listeners, nodes, names of the page, what is kept in storage, and how long a click takes.
"""

import argparse
import json
import time
from typing import Any

from playwright.sync_api import CDPSession, Page

from config.bench.script import browsing, heap
from tracking.tests.script.website import HIDE, Collector

PER_MINUTE = 335  # events: some 10,000 in half an hour
SAMPLES = 10
BODY = """<button id=cta>Buy</button><form id=f onsubmit="event.preventDefault()"><input name=n><button id=send>Send
</button></form><div style='height:300vh'></div>"""
# One route: what a visitor does in it. Gives the milliseconds of the click.
ROUTE = """async i => {
    history.pushState({}, '', '/p' + i);
    document.body.append(Object.assign(document.createElement('p'), {textContent: i, id: 'last'}));
    const started = performance.now();
    document.getElementById('cta').click();
    const clicked = performance.now() - started;
    scrollTo(0, (i % 10) * 200);
    MetricPal.trackEvent('step', {i});
    MetricPal.addSharedProperty({key: 'route', value: i});
    if (i % 5 === 0) { document.querySelector('[name=n]').focus(); document.getElementById('send').click(); }
    await new Promise(done => setTimeout(done, 50));
    document.getElementById('last').remove();
    return clicked;
}"""
STATE = """() => ({
    names: Object.keys(window).length,
    stored: Object.keys(localStorage).reduce((sum, name) => sum + localStorage[name].length, 0),
})"""


def measure(options: argparse.Namespace) -> dict[str, object]:
    """an application in one tab for --minutes; 30 is the long form"""
    with browsing() as (page, site, session, collector):
        page.goto(site.show(options="data-frustration data-errors data-vitals", body=BODY))
        page.wait_for_timeout(3000)
        samples = [_stretch(page, session, collector, options.minutes * 60 / SAMPLES, i) for i in range(SAMPLES)]
        page.evaluate("MetricPal.sendData()")
        page.wait_for_timeout(1500)
        names = [event["id"] for event in collector.events()]
    first, last = samples[1], samples[-1]  # in the first one parts are still loaded
    return {
        "minutes, events taken, twice taken": f"{options.minutes:g}, {len(names)}, {len(names) - len(set(names))}",
        "heap at the second sample and at the last, KB": f"{first['heap'] / 1024:.0f}, {last['heap'] / 1024:.0f}",
        "heap of every sample, KB": " ".join(f"{each['heap'] / 1024:.0f}" for each in samples),
        "listeners, nodes, global names at first": f"{first['listeners']:.0f}, {first['nodes']:.0f}, {first['names']}",
        "listeners, nodes, global names at last": f"{last['listeners']:.0f}, {last['nodes']:.0f}, {last['names']}",
        "a click at first and at last, ms": f"{first['click']:.2f}, {last['click']:.2f}",
        "kept in storage at last, characters": last["stored"],
    }


def _stretch(page: Page, session: CDPSession, collector: Collector, seconds: float, number: int) -> dict[str, Any]:
    """One tenth of the time, with the collector away for a moment in every third, and the tab hidden once."""
    routes = max(5, int(seconds / 60 * PER_MINUTE / 5))
    ends = time.monotonic() + seconds
    collector.answers = [503] * 3 if number % 3 == 1 else []
    clicks = []
    for i in range(routes):
        clicks.append(page.evaluate(ROUTE, number * 100_000 + i))
        page.wait_for_timeout(max(0, (ends - time.monotonic()) / (routes - i) * 1000))
    for hidden in (True, False):
        page.evaluate(HIDE, hidden)
    page.wait_for_timeout(500)
    found = heap(session)
    measured = {"heap": found["JSHeapUsedSize"], "listeners": found["JSEventListeners"], "nodes": found["Nodes"]}
    sample = {**measured, **page.evaluate(STATE), "click": sorted(clicks)[len(clicks) // 2]}
    print(json.dumps({name: round(value, 2) for name, value in sample.items()}), flush=True)
    return sample
