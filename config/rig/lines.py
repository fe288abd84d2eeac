"""A stack whose ingest log and event store belong to the rig: reached over lines that a test can break, each on a small
disk of its own where mounting is allowed, and started again when they end."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from config.embedded import valkey
from config.embedded.eventstore import EventStore
from config.embedded.probes import free_port
from config.embedded.processes import Program
from config.embedded.runfile import RunFile
from config.embedded.supervisor import Supervisor
from config.embedded.valkey import Valkey
from config.rig.disk import Disk, small_disk
from config.rig.link import Link
from config.rig.stack import Stack

PASSWORD = "of-the-rig"
# Megabytes. The log's file grows to 64 before Valkey compacts it; what the writer stores stays.
SIZES = {"buffer": 192, "eventstore": 192, "stack/spool": 24}


@dataclass(frozen=True)
class Lined:
    stack: Stack
    log: Link
    store: Link
    stores: RunFile
    disks: dict[str, Disk] = field(default_factory=dict)  # by name; empty where none can be mounted

    def pid(self, name: str) -> int:
        """Of a process of the stack, or of "buffer" or "eventstore". KeyError while it does not run."""
        return self.stores.running()[name] if name in ("buffer", "eventstore") else self.stack.pid(name)


@contextmanager
def lined(**environment: str) -> Iterator[Lined]:
    with TemporaryDirectory(prefix="metricpal-lines-") as name, ExitStack() as running:
        folder = Path(name)
        disks = _disks(folder, running)
        log = Valkey("buffer", folder / "buffer", free_port(), PASSWORD, valkey.LOG)
        log.prepare()
        store = EventStore(folder / "eventstore", free_port(), PASSWORD)
        running.enter_context(_kept_running([log.program(), store.program()], folder))
        links = Link(log.url()), Link(store.url())
        for link in links:
            running.callback(link.close)
        environment |= {"BUFFER_URL": links[0].url, "EVENT_STORE_URL": links[1].url}
        (folder / "stack").mkdir(exist_ok=True)
        stack = running.enter_context(Stack(folder / "stack", **environment))
        yield Lined(stack, *links, RunFile(folder), disks)


def _disks(folder: Path, mounted: ExitStack) -> dict[str, Disk]:
    try:
        return {name: mounted.enter_context(small_disk(folder / name, size)) for name, size in SIZES.items()}
    except PermissionError:
        return {}


@contextmanager
def _kept_running(programs: list[Program], folder: Path) -> Iterator[None]:
    """As `./metricpal up` does it. The supervisor's own thread starts them: they end when it does."""
    supervisor, started, ending = Supervisor(RunFile(folder), folder), threading.Event(), threading.Event()
    supervise = threading.Thread(target=_supervise, args=(supervisor, programs, started, ending))
    supervise.start()
    try:
        if not started.wait(60):
            raise TimeoutError("the rig's stores do not start")
        yield
    finally:
        ending.set()
        supervise.join()


def _supervise(
    supervisor: Supervisor, programs: list[Program], started: threading.Event, ending: threading.Event
) -> None:
    def look() -> None:
        if ending.is_set():
            raise KeyboardInterrupt  # the way a supervisor is told to end

    try:
        for program in programs:
            supervisor.start(program)
        started.set()
        supervisor.watch(meanwhile=look)
    except KeyboardInterrupt:
        pass
    finally:
        supervisor.stop()
