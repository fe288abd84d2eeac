"""The packages that other tools publish for browsers, unmodified, in a page of another origin in Chromium."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from config.launcher.environment import VENV
from tracking.tests.door import events

FOLDER = Path(__file__).parent / "js"
PATH = f"{VENV / 'bin'}:{os.environ['PATH']}"
PATIENCE_S = 10.0
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("event_store"),
]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The address of pages that lie in tmp_path: another origin than ours."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def bundle(script: str, folder: Path) -> None:
    node = shutil.which("node", path=PATH)
    assert node
    words = [node, "node_modules/esbuild/bin/esbuild", f"browser/{script}.js", "--bundle", "--log-level=error"]
    done = subprocess.run(
        [*words, f"--outfile={folder / 'bundle.js'}"], cwd=FOLDER, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def stored(live_site, elsewhere, acme, arrived, page: Page, tmp_path) -> Callable[..., list[Any]]:
    """stored("posthog", key, 5) → the events that the script has sent once there are so many, by type and name."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    def stored_by(script: str, key: str, expected: int) -> list[Any]:
        bundle(script, tmp_path)
        setting = f'<script>window.HOST="{live_site}";window.KEY="{key}"</script>'
        html = f'<title>A shop</title><link rel="icon" href="data:,">{setting}<button>Buy</button>'
        (tmp_path / "shop.html").write_text(f'<!doctype html>{html}<script src="bundle.js"></script>')
        began_ms = int(time.time() * 1000)
        page.goto(f"{elsewhere}/shop.html")
        _wait(page, acme.dataset_id(), expected)
        found = sorted(arrived(), key=lambda event: (event.type, event.name))
        assert problems == []
        assert all(began_ms - 1 <= event.at_ms <= time.time() * 1000 for event in found)
        assert [event for event in found if event.url and not event.url.startswith(f"{elsewhere}/shop.html")] == []
        return found

    return stored_by


def _wait(page: Page, dataset_id: int, expected: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while len(found := events(dataset_id)) < expected and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert len(found) == expected, [(event.type, event.name) for event in found]


def test_posthog_js(stored, acme, claimed):
    after, bought, identify, view = stored("posthog", claimed("posthog", "phc_ForAcme"), 4)

    assert (bought.name, bought.value, bought.props, bought.user_id) == ("bought", 3, {"size": "L"}, "")
    assert (after.user_id, after.props) == ("user-7", {"list": "[1]"})
    assert (identify.user_id, identify.traits) == ("user-7", {"plan": "pro"})
    assert (view.title, view.props) == ("A shop", {})
    assert len({event.visitor for event in (after, bought, view)}) == 1
    assert bought.visitor in identify.previous
    assert len({event.session for event in (after, bought, view)}) == 1


def test_mixpanel_browser(stored, acme, claimed):
    after, bought, *identified, view = stored("mixpanel", claimed("mixpanel", "6a1f0b2c3d4e"), 6)

    assert (bought.name, bought.props, bought.user_id) == ("Bought", {"size": "L", "name_of_it": "ü"}, "")
    assert (after.name, after.user_id) == ("After", "user-7")
    assert {event.user_id for event in identified} == {"user-7"}
    assert {"plan": "pro"} in [event.traits for event in identified]
    assert any(bought.visitor in event.previous for event in identified)
    assert (view.type, view.title) == ("page_view", "A shop")


def test_plausible_tracker(stored, claimed):
    signup, view = stored("plausible", claimed("plausible", "shop.example"), 2)

    assert (signup.name, signup.props) == ("Signup", {"plan": "pro"})
    assert view.type == "page_view"


def test_plausibles_newer_package(stored, claimed):
    bought, view = stored("plausible-new", claimed("plausible", "shop.example"), 2)

    assert (bought.name, bought.props, bought.value, bought.currency) == ("Purchase", {"plan": "pro"}, 9.5, "EUR")
    assert (view.type, view.props) == ("page_view", {})


def test_segments_analytics_js(stored, acme, claimed):
    bought, identify, view = stored("segment", claimed("segment", "W1rt3K3y"), 3)

    assert (bought.name, bought.value, bought.props) == ("Bought", 3, {"size": "L"})
    assert (identify.user_id, identify.traits) == ("user-7", {"plan": "pro"})
    assert (view.type, view.title, view.props["page_name"]) == ("page_view", "A shop", "Home")
    assert len({bought.visitor, identify.visitor, view.visitor}) == 1


def test_amplitude_browser(stored, claimed):
    found = stored("amplitude", claimed("amplitude", "0123456789abcdef"), 5)

    by_name = {event.name: event for event in found}
    assert by_name["Bought"].props == {"size": "L"}
    assert by_name["After"].user_id == "user-7"
    assert by_name["Bought"].visitor == by_name["After"].visitor != 0
