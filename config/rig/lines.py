"""A stack whose ingest log and event store are reached over lines that a test can break."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from config.embedded import valkey
from config.embedded.eventstore import EventStore
from config.embedded.probes import free_port
from config.embedded.starting import start
from config.embedded.valkey import Valkey
from config.rig.link import Link
from config.rig.stack import Stack

PASSWORD = "of-the-rig"


@dataclass(frozen=True)
class Lined:
    stack: Stack
    log: Link
    store: Link


@contextmanager
def lined(**environment: str) -> Iterator[Lined]:
    """Both stores belong to the rig, so that no supervisor mends what is broken between."""
    with TemporaryDirectory(prefix="metricpal-lines-") as name, ExitStack() as running:
        folder = Path(name)
        log = Valkey("buffer", folder / "buffer", free_port(), PASSWORD, valkey.LOG)
        log.prepare()
        store = EventStore(folder / "eventstore", free_port(), PASSWORD)
        for program in (log.program(), store.program()):
            running.callback(start(program, folder).stop)
        links = Link(log.url()), Link(store.url())
        for link in links:
            running.callback(link.close)
        environment |= {"BUFFER_URL": links[0].url, "EVENT_STORE_URL": links[1].url}
        stack = running.enter_context(Stack(None, **environment))
        yield Lined(stack, *links)
