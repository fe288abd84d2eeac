"""The JavaScript has unit tests of its own, run by node: here they count as tests of the whole."""

import os
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
