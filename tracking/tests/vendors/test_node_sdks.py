"""The packages that other tools publish for Node, unmodified: only their host is ours."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from config.launcher.environment import VENV
from tracking.steps.visitor import of_id

FOLDER = Path(__file__).parent / "js"
PATH = f"{VENV / 'bin'}:{os.environ['PATH']}"  # where there is no Node on the system, ours is in the environment
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("event_store")]


def run(script: str, site: str, key: str) -> None:
    node = shutil.which("node", path=PATH)
    assert node
    environment = {"PATH": PATH, "HOST": site.replace("localhost", "127.0.0.1"), "KEY": key}
    done = subprocess.run(
        [node, f"node/{script}.mjs"], cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture
def stored(live_site, arrived):
    """stored("segment", key) → the events that the package's script has sent, in order of their names."""

    def stored_by(script: str, key: str) -> list[Any]:
        began_ms = int(time.time() * 1000)
        run(script, live_site, key)
        found = sorted(arrived(), key=lambda event: (event.type, event.name))
        assert all(began_ms <= event.at_ms <= time.time() * 1000 for event in found)
        return found

    return stored_by


def test_segments(stored, acme, claimed):
    order, identify, page = stored("segment", claimed("segment", "W1rt3K3y"))

    assert (order.name, order.user_id, order.value, order.currency) == ("Order Completed", "user-7", 12.5, "EUR")
    assert order.props == {"size": "L"}
    assert (identify.type, identify.user_id, identify.traits) == ("identify", "user-7", {"plan": "pro"})
    assert (page.type, page.url, page.title) == ("page_view", "https://acme.example/", "Home")
    assert page.visitor == of_id(acme.dataset_id(), "visitor", "anonymous-1")


def test_amplitudes(stored, acme, claimed):
    buy, paid, identify = stored("amplitude", claimed("amplitude", "0123456789abcdef"))

    assert (buy.name, buy.user_id, buy.props) == ("Buy", "user-7", {"size": "L"})
    assert buy.visitor == of_id(acme.dataset_id(), "visitor", "device-1")
    assert (paid.name, paid.value, paid.user_id) == ("revenue_amount", 7, "user-7")
    assert (identify.user_id, identify.traits) == ("user-7", {"plan": "pro"})


def test_posthogs(stored, acme, claimed):
    bought, *identified = stored("posthog", claimed("posthog", "phc_ForAcme"))

    assert (bought.name, bought.user_id, bought.value, bought.props) == ("bought", "user-7", 3, {"size": "L"})
    assert [event.type for event in identified] == ["identify", "identify"]
    assert {"plan": "pro"} in [event.traits for event in identified]
    assert any(of_id(acme.dataset_id(), "visitor", "anonymous-1") in event.previous for event in identified)


def test_mixpanels(stored, claimed):
    bought, first, second, profile = stored("mixpanel", claimed("mixpanel", "6a1f0b2c3d4e"))

    assert (bought.name, bought.user_id, bought.props) == ("Bought", "user-7", {"size": "L"})
    assert (first.name, second.name) == ("a", "b")
    assert (profile.type, profile.traits) == ("identify", {"plan": "pro"})


def test_umamis(stored, claimed):
    signup, identify, page = stored("umami", claimed("umami", "94db1cb1-74f4-4a40-ad6c-962362670409"))

    assert (signup.name, signup.props) == ("signup", {"plan": "pro"})
    assert (identify.type, identify.traits) == ("identify", {"tier": "gold"})
    assert (page.url, page.title) == ("https://acme.example/pricing", "Pricing")


def test_matomos(stored, claimed):
    play, stop, page = stored("matomo", claimed("matomo", "1", "acme.example"))

    assert (play.name, stop.name, play.props) == ("Play", "Stop", {"category": "Video"})
    assert (page.url, page.title, page.user_id) == ("https://www.acme.example/a", "A", "user-7")


def test_a_key_of_ours_in_the_place_of_theirs(stored, acme_key):
    assert len(stored("segment", acme_key)) == 3
