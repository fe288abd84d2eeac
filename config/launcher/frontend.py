"""What browsers load: built by npm's packages from static/ and tracking/tracker/, then collected for serving."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config.launcher import stamps
from config.launcher.configuration import ROOT
from config.launcher.environment import PYTHON, VENV, install
from config.launcher.running import run
from config.launcher.terminal import step

FOLDERS = (ROOT / "static", ROOT / "tracking/tracker")  # in this order: the first empties dist/
CLIENTS = (ROOT / "tracking/clients/js", ROOT / "tracking/clients/native")  # for other people's programs
VENDORS = ROOT / "tracking/tests/vendors/js"  # other tools' SDKs, which the tests point at us
DIST = ROOT / "static/dist"
COLLECTED = ROOT / "var/static"  # STATIC_ROOT
NODE_AT_LEAST = 20
MACHINE_SETTINGS = ("/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc")
# Without a network say so soon, not after the five minutes that npm has patience for.
PATIENCE = ("--fetch-timeout=60000", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
MADE = {"node_modules", "dist", "test"}
# Tailwind looks for class names here: see the @source lines of static/css/app.css.
WITH_CLASSES = ("templates/**/*.html", "*/forms.py", "*/views/*.py")


def build() -> None:
    """Install and build whatever has changed since the last time."""
    for folder in FOLDERS:
        _install(folder)
    note, inputs = DIST / ".built", stamps.digest(_sources())
    if not stamps.is_done(note, inputs):
        with step("Building the front end"):
            for folder in FOLDERS:
                _npm(folder, "run", "build")
        stamps.mark_done(note, inputs)
    _collect(inputs)


def install_clients() -> None:
    """What the packages for other people's programs are tested with; running the product needs none of it."""
    for folder in (*CLIENTS, VENDORS):
        _install(folder)


def _sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in folder.rglob("*"):
            if path.is_file() and not MADE.intersection(path.relative_to(folder).parts):
                yield path
    for pattern in WITH_CLASSES:
        yield from ROOT.glob(pattern)


def _install(folder: Path) -> None:
    note, inputs = folder / "node_modules/.installed", stamps.digest([folder / "package-lock.json"])
    if not stamps.is_done(note, inputs):
        with step(f"Installing npm packages of {folder.relative_to(ROOT)}"):
            _npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *PATIENCE)
        stamps.mark_done(note, inputs)


def _npm(folder: Path, *words: str) -> None:
    environment: dict[str, str] = {}
    if not _system_has_node():
        install(".requirements-node.txt")
        environment = {"PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', '')}", **_machine_settings()}
    run(["npm", *words], what=f"npm {words[0]}", cwd=folder, environment=environment)


def _machine_settings() -> dict[str, str]:
    """The npm from PyPI looks for the machine's settings (mirror, proxy) beside itself; they are elsewhere."""
    found = [path for path in MACHINE_SETTINGS if Path(path).exists()]
    return {"NPM_CONFIG_GLOBALCONFIG": found[0]} if found else {}


def _system_has_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    major = answer.removeprefix("v").split(".")[0]
    return major.isdecimal() and int(major) >= NODE_AT_LEAST


def _collect(built: str) -> None:
    """Copy all static files, ours and those of packages, under names that carry their digest."""
    note = COLLECTED / ".collected"
    inputs = built + stamps.digest([ROOT / "requirements.txt"])
    if not stamps.is_done(note, inputs):
        with step("Collecting static files"):
            command = [str(PYTHON), "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity=0"]
            run(command, what="Collecting static files", environment={"DEBUG": "false"})
        stamps.mark_done(note, inputs)
