"""The project's own Python environment: .venv, filled from a lock file with hashes."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.launcher import stamps
from config.launcher.configuration import ROOT
from config.launcher.running import run
from config.launcher.terminal import Refusal, say, step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
NEEDED_BYTES = 2_500_000_000  # packages of Python and npm, and room to unpack them


@contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time: two first starts side by side would write the same files."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("· Another start is setting up; waiting for it …")
        fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(folder)


def install(lock: str = "requirements.txt") -> None:
    """Make .venv hold what `lock` lists. Does nothing when it does already."""
    note, inputs = VENV / f".installed-{lock.lstrip('.')}", stamps.digest([ROOT / lock])
    if _works() and stamps.is_done(note, inputs):
        return
    if not _works():
        _make()
    with step("Installing Python packages"):
        pip = [str(PYTHON), "-m", "pip", "install", "--no-deps", "--require-hashes", "--disable-pip-version-check"]
        run([*pip, "--progress-bar=off", "-r", lock], what="Installing the Python packages")
    stamps.mark_done(note, inputs)


def _works() -> bool:
    """Whether .venv has a Python that runs, with pip: a kill half way or a new system Python may have broken it."""
    check = "import sys, importlib.util as u; sys.exit(sys.version_info < (3, 11) or not u.find_spec('pip'))"
    return PYTHON.exists() and subprocess.run([str(PYTHON), "-c", check], capture_output=True).returncode == 0


def _make() -> None:
    if not os.access(ROOT, os.W_OK):
        raise Refusal(f"{ROOT} cannot be written by this user. Put MetricPal in a folder of yours.")
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise Refusal(f"The disk has {free / 1e9:.1f} GB left. MetricPal needs about {NEEDED_BYTES / 1e9:.1f} GB.")
    with step("Making the Python environment"):
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], what="Making the Python environment")


def hand_over(*command: str) -> None:
    """Become `command`, run by the environment's Python. Does not return."""
    arguments = [str(PYTHON), *command]
    sys.stdout.flush()
    os.execv(arguments[0], arguments)


def tool(name: str) -> Path:
    """A program that a package put into the environment."""
    return VENV / "bin" / name
