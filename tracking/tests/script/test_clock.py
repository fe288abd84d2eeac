"""Acceptance G175 and G176: the browser's clock is wrong, and a request comes twice; through the real collector."""

import time

import pytest

from tracking.tests.script.live import Live

pytestmark = pytest.mark.browser


def test_G175_a_clock_that_is_three_hours_ahead_is_set_right(live: Live) -> None:
    live.open(before="<script>{ const now = Date.now; Date.now = () => now() + 3 * 3600_000; }</script>")
    view = live.one("page_view")
    assert abs(view.at_ms - time.time() * 1000) < 5000


def test_G176_a_body_that_is_sent_again_counts_once(live: Live) -> None:
    live.open()
    live.page.evaluate("MetricPal.trackEvent('once')")
    live.one("custom")
    body = next(body for body in live.bodies if "once" in body)
    said = live.page.evaluate(
        "([url, body]) => fetch(url, {method: 'POST', body}).then(answer => answer.json())",
        [f"{live.site.collector}/api/v1/collect", body],
    )
    assert (said["accepted"], said["rejected"]) == (0, 0) and said["duplicates"] >= 1
    assert live.one("custom").name == "once"
