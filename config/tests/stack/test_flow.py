"""The main job in a real browser: sign up, paste the snippet into a page, visit it, and watch the chart move."""

import functools
import http.server
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from config.rig import clients
from config.rig.stack import Stack
from config.testing.pages import ARGUMENTS, chromium_or_skip

PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """A test's output is for its failures."""


@pytest.fixture
def website(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which its pages are served: the customer's website, another origin than ours."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def people() -> Iterator[Browser]:
    """A Chromium that does not say it is driven: what it sends counts as a person's."""
    path = chromium_or_skip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, "--disable-blink-features=AutomationControlled"]
        )
        yield browser
        browser.close()


def sign_up(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/accounts/signup/")
    page.locator("input[type=email]").fill("newcomer@example.com")
    page.locator("input[type=password]").fill("a long enough secret")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name of your organization").fill("Newcomers")
    page.locator("input[name=website]").fill("127.0.0.1")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#verifier")).to_contain_text("Waiting for the first event")


def tile(page: Page, label: str) -> str:
    """The number on the card of that name."""
    return page.locator(".tile").filter(has_text=re.compile(rf"^\s*{label}\b")).locator(".tile-value").inner_text()


@pytest.mark.browser
def test_from_sign_up_to_a_chart_that_moves(stack: Stack, people: Browser, website: tuple[Path, str]) -> None:
    folder, origin = website
    owner = people.new_context(viewport={"width": 1440, "height": 900}).new_page()
    sign_up(owner, stack)
    snippet = owner.locator("#snippet-html").inner_text()
    for name in ("index", "pricing"):
        (folder / f"{name}.html").write_text(f"<html><head><title>{name}</title>{snippet}</head><h1>{name}</h1></html>")

    visitor = people.new_context(user_agent=PERSON).new_page()
    visitor.goto(f"{origin}/index.html")

    expect(owner.locator("#verifier")).to_contain_text("Events are arriving", timeout=20_000)
    owner.get_by_role("link", name="Go to the overview").click()
    owner.goto(f"{owner.url.split('?')[0]}?period=day")
    expect(owner.locator("body")).to_contain_text("/index.html")
    assert tile(owner, "Visitors") == "1"
    assert tile(owner, "Page views") == "1"

    owner.evaluate("window.stillTheSamePage = true")
    visitor.goto(f"{origin}/pricing.html")

    expect(owner.locator("body")).to_contain_text("/pricing.html", timeout=30_000)
    assert tile(owner, "Page views") == "2"
    assert tile(owner, "Visitors") == "1"
    assert owner.evaluate("window.stillTheSamePage") is True  # pushed over the WebSocket, not loaded anew


def test_a_second_start_finds_everything_as_it_was(stack: Stack) -> None:
    tenant = stack.tenant("kept")
    clients.run(stack.port, tenant.key, [[clients.page_views(7, "v1")]])
    stack.stop()
    stack.start()

    deadline = time.monotonic() + 20
    while (seen := stack.ask(tenant, metrics=["pageviews"], period="24h")["totals"]["pageviews"]) < 7:
        assert time.monotonic() < deadline, f"only {seen} of 7"
        time.sleep(0.2)

    assert seen == 7
