"""The event store's owner process: where it listens, and when it is ready.

Started directly and not by `manage.py eventstore`, which would first load Django to read an address we know.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from config.embedded.probes import answers_http
from config.embedded.processes import Program


@dataclass(frozen=True)
class EventStore:
    data: Path
    port: int
    token: str

    def url(self, database: str = "metricpal") -> str:
        return f"http://default:{self.token}@127.0.0.1:{self.port}/{database}"

    def program(self) -> Program:
        where = [f"--path={self.data}", "--host=127.0.0.1", f"--port={self.port}"]
        return Program(
            "eventstore",
            [sys.executable, "-m", "tracking.store.owner", *where],
            environment={"EVENT_STORE_TOKEN": self.token},
            ready=lambda pid: answers_http(self.port, "/ping"),
            is_store=True,
            stop_seconds=8,  # the running queries end, the last parts are written
        )
