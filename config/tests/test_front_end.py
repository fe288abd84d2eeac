"""The JavaScript has unit tests of its own, run by node: here they count as tests of the whole."""

import os
import re
import shutil
import subprocess

import pytest
from django.conf import settings

from config.launcher.environment import VENV

pytestmark = pytest.mark.xdist_group("npm")  # tracking/tests/test_clients.py builds the same packages
FOLDERS = ["static", "tracking/tracker", "tracking/clients/js", "tracking/clients/native"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_units_of_the_front_end_pass(folder):
    path = f"{VENV / 'bin'}:{os.environ['PATH']}"  # where there is no Node on the system, ours is in the environment
    npm = shutil.which("npm", path=path)
    assert npm

    done = subprocess.run(
        [npm, "test"],
        cwd=settings.BASE_DIR / folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "# pass 0\n" not in done.stdout


def test_each_entry_of_the_side_menu_has_an_icon_of_its_own():
    menu = (settings.BASE_DIR / "templates/components/_nav.html").read_text()
    linked = dict(re.findall(r'route="(\w+)" icon="([a-z0-9-]+)"', menu))
    named = [*linked.values(), *re.findall(r'\{% icon "([a-z0-9-]+)"', menu)]

    assert len(linked) > 40
    assert sorted(named) == sorted(set(named))


def test_every_icon_that_a_template_names_is_built():
    built = set(re.findall(r'"([a-z0-9-]+)"', (settings.BASE_DIR / "static/build/assets.mjs").read_text()))
    named = {
        name
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for name in re.findall(r'(?:icon="|\{% icon ")([a-z0-9-]+)"', path.read_text())
    }

    assert named - built == set()
