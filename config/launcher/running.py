"""Run one step of the set-up: everything it prints goes to var/log/setup.log, a failure becomes a sentence."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.launcher.configuration import ROOT, var_folder
from config.launcher.terminal import Refusal

# What the tools say when the fault is not ours, and what a person can do about it.
CAUSES = [
    (r"No space left on device", "The disk is full. MetricPal needs about 2 GB for its packages."),
    (
        r"name resolution|NewConnectionError|ConnectTimeout|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|unreachable",
        "The package index cannot be reached. Check the network, or the proxy settings of pip and npm.",
    ),
    (r"No matching distribution|EBADPLATFORM|not a supported wheel", "A package does not exist for this platform."),
    (r"DO NOT MATCH THE HASHES|EINTEGRITY", "A package is not the one that was locked. It was not installed."),
    (r"Permission denied|Read-only file system|EACCES|EROFS", f"{ROOT} cannot be written by this user."),
]


def run(command: Sequence[str], *, what: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> None:
    """Run `command`; on a terminal, show its latest line. Raises Refusal with the cause and the end of the log."""
    log = var_folder() / "log/setup.log"
    lines: list[str] = []
    with (
        open(log, "a") as file,
        subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        file.write(f"\n$ {' '.join(command)}\n")
        for line in process.stdout or ():
            lines.append(line.rstrip())
            file.write(line)
            _show(lines[-1])
    _show("")
    if process.returncode:
        raise Refusal(_explain(what, lines, log))


def _show(line: str) -> None:
    """Replace the line shown last. Nothing where nobody watches."""
    if sys.stdout.isatty():
        print(f"\r\033[K  {line[:76]}" if line else "\r\033[K", end="", flush=True)


def _explain(what: str, lines: Sequence[str], log: Path) -> str:
    output = "\n".join(lines)
    cause = next((words for pattern, words in CAUSES if re.search(pattern, output)), f"{what} failed.")
    return "\n".join([cause, *(f"    {line}" for line in lines[-8:]), f"All of it: {log}"])
