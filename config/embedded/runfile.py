"""var/run.json: the ports this installation got, and the processes of the present (or last) run.

A process is known by its number and its start time, so that a number used again is never taken for ours.
"""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from config.embedded.probes import free_port, port_is_free
from config.embedded.processes import kill_group, started_at

LEFTOVER_SECONDS = 8


class RunFile:
    def __init__(self, var: Path) -> None:
        self.path = var / "run.json"

    def read(self) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return content

    def update(self, **values: Any) -> None:
        draft = self.path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({**self.read(), **values}, indent=1))
        draft.rename(self.path)

    def port(self, name: str) -> int:
        """The port `name` had before, so that addresses stay; another one if somebody else has taken it."""
        ports = self.read().get("ports", {})
        if not (name in ports and port_is_free(ports[name])):
            ports[name] = free_port()
            self.update(ports=ports)
        chosen: int = ports[name]
        return chosen

    def remember(self, pids: dict[str, int]) -> None:
        """The processes that run now, by name."""
        self.update(processes={name: [pid, started_at(pid)] for name, pid in pids.items()})

    def running(self) -> dict[str, int]:
        """Those of the remembered processes that still live."""
        known = self.read().get("processes", {})
        return {name: pid for name, (pid, began) in known.items() if began and started_at(pid) == began}

    def end_leftovers(self) -> list[str]:
        """Stop what an earlier run, killed without a chance to tidy up, has left. Returns the names."""
        left = self.running()
        for pid in left.values():
            # PostgreSQL waits for its clients on SIGTERM, and ends at once, orderly, on SIGINT; so do the others.
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while self.running() and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in left.values():
            kill_group(pid)
        return list(left)
