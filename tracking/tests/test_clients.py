"""The npm packages as their users get them: packed, installed in a folder of its own, and used against a real site."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from config.launcher.environment import VENV
from tracking.tests import door

pytestmark = pytest.mark.xdist_group("npm")  # packing builds, and so do the units: one after the other
PATH = f"{VENV / 'bin'}:{os.environ['PATH']}"  # where there is no Node on the system, ours is in the environment
CLIENTS = settings.BASE_DIR / "tracking" / "clients"


def run(folder: Path, home: Path, *command: str) -> str:
    program = shutil.which(command[0], path=PATH)
    assert program
    environment = {"PATH": PATH, "HOME": str(home), "NO_UPDATE_NOTIFIER": "1"}
    done = subprocess.run(
        [program, *command[1:]], cwd=folder, env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def install(package: str, folder: Path) -> None:
    """From the tarball that `npm pack` makes: what is missing in it is missing here. No network is asked."""
    packed = json.loads(run(CLIENTS / package, folder, "npm", "pack", "--json", f"--pack-destination={folder}"))
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    tarball = str(folder / packed[0]["filename"])
    run(folder, folder, "npm", "install", "--offline", "--no-audit", "--no-fund", "--legacy-peer-deps", tarball)


@pytest.mark.django_db(transaction=True)
def test_a_server_sends_events_with_the_installed_package(live_site, event_store, acme, acme_secret, tmp_path):
    install("native", tmp_path)
    (tmp_path / "send.mjs").write_text(
        f"""import {{ createServer }} from "metricpal-native";
const metricpal = createServer({{ apiKey: "{acme_secret}", host: "{live_site}" }});
metricpal.trackEvent("invoice_paid", {{ amount: 42 }}, {{ userId: "user-7" }});
await metricpal.close();
"""
    )

    run(tmp_path, tmp_path, "node", "send.mjs")

    (event,) = door.events(acme.dataset_id())
    assert (event.name, event.user_id) == ("invoice_paid", "user-7")


@pytest.mark.parametrize(
    ("file", "program"),
    [
        ("use.mjs", 'import { init, trackEvent } from "metricpal"; init({ apiKey: "k" }); trackEvent("x");'),
        ("use.cjs", 'const { init, trackEvent } = require("metricpal"); init({ apiKey: "k" }); trackEvent("x");'),
    ],
)
def test_A019_on_a_server_the_package_for_browsers_does_nothing(tmp_path, file, program):
    install("js", tmp_path)
    (tmp_path / file).write_text(program)

    assert run(tmp_path, tmp_path, "node", file) == ""
