"""Start a program and wait until it is ready."""

import time
from pathlib import Path

from config.embedded.processes import Child, Program
from config.launcher.terminal import Refusal

READY_SECONDS = 60
# After a kill -9, PostgreSQL's orphans hold its shared memory for about a second, and a port may still be in use.
PAUSES_SECONDS = (0.3, 0.7, 1.5, 3.0)


def start(program: Program, logs: Path) -> Child:
    """The running child. Raises Refusal with the end of its log if it ends again and again, or is never ready."""
    for pause in PAUSES_SECONDS:
        child = Child(program, logs)
        if wait_until_ready(child):
            return child
        time.sleep(pause)
    raise Refusal(f"{program.name} does not start. The end of {child.log}:\n{child.last_words()}")


def wait_until_ready(child: Child) -> bool:
    """True when it is ready, False when it has ended. Raises Refusal when neither happens."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if not child.is_running:
            return False
        if child.program.ready(child.process.pid):
            return True
        time.sleep(0.02)
    child.stop()
    raise Refusal(f"{child.program.name} is not ready after {READY_SECONDS} seconds; see {child.log}")
