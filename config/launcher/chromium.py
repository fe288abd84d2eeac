"""The Chromium of the browser tests."""

import os
import shutil

from config.launcher.running import run
from config.launcher.terminal import Refusal, say, step

PACKAGE = "chromium-headless-shell"  # the same engine; without the parts of a window it needs half of the CPU


def path() -> str | None:
    """Debian's or anybody's; Playwright's own is never downloaded."""
    return next(filter(None, map(shutil.which, (PACKAGE, "chromium", "chromium-browser", "google-chrome"))), None)


def offer() -> None:
    """Where there is none and we may, install Debian's. Without one the browser tests are skipped and say so."""
    if path() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    try:
        with step("Installing Chromium for the browser tests"):
            run(["apt-get", "update"], what="apt-get update")
            run(["apt-get", "install", "-y", "--no-install-recommends", PACKAGE], what="Installing Chromium")
    except Refusal as refusal:
        say(f"{refusal}\nThe tests go on without a browser.")
