"""Real stores for a test run. Those whose URL stands in the environment are used; the others are started for the run.

With pytest-xdist the controller starts them and every worker takes databases of its own, so nobody meets another's
rows: PostgreSQL by pytest-django, Valkey by number, the event store by name.
"""

import atexit
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest
import redis

from config.embedded.probes import free_port
from config.embedded.starting import start
from config.embedded.stores import embedded
from config.launcher.terminal import Refusal
from config.rig.kafka import Kafka

MARK = "test-database"
MEMORY = Path("/dev/shm")  # Linux's disk in memory; a container's is often small
ROOM = 4 << 30  # bytes; a run takes less than one
_running = ExitStack()
atexit.register(_running.close)  # an error before the first test ends them too


def _start_missing() -> None:
    """Start each store that has no URL, below a folder that goes with the run."""
    folder = Path(tempfile.mkdtemp(prefix="metricpal-test-", dir=_quickest()))
    _running.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("METRICPAL_VAR", str(folder))
    stores = embedded(folder, os.environ, lambda name: free_port())
    os.environ.update(stores.environment)
    os.environ.setdefault("BUFFER_URL", os.environ["REDIS_URL"])
    for program in stores.programs:
        _running.callback(start(program, folder).stop)


def _quickest() -> Path | None:
    """In memory, where a store's every flush costs nothing; None, so the usual place, where there is too little."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


def _take_own_databases(number: int) -> None:
    """Valkey: ten databases for each process. Event store: a name that says test. Applied twice, nothing changes."""
    for name in ("REDIS_URL", "BUFFER_URL"):
        url = urlsplit(os.environ[name])
        database = int(url.path.strip("/") or 0) % 10 + 10 * number
        os.environ[name] = url._replace(path=f"/{database}").geturl()
    url = urlsplit(os.environ["EVENT_STORE_URL"])
    os.environ["EVENT_STORE_URL"] = url._replace(path=f"{url.path.split('_test')[0]}_test{number}").geturl()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kafka", action="store_true", help="let the ingest log keep its entries in Kafka")


# A wrapper, so that the addresses are set before pytest-django reads the settings.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")  # gw0, gw1, …; unset in the controller and without xdist
    if worker is None:
        try:
            _start_missing()
        except Refusal as refusal:
            raise pytest.UsageError(str(refusal)) from None
        if early_config.known_args_namespace.kafka:
            kafka = Kafka()
            _running.callback(kafka.end)
            os.environ["KAFKA_BROKERS"] = kafka.address
    _take_own_databases(1 if worker is None else 2 + int(worker.removeprefix("gw")))
    yield


@pytest.fixture(scope="session")
def own_valkeys() -> Iterator[list[redis.Redis]]:
    """The two Valkey databases of this process. Never one with data that no test run has marked as its own."""
    servers = []
    for name in ("REDIS_URL", "BUFFER_URL"):
        server = redis.Redis.from_url(os.environ[name])
        if server.dbsize() and not server.exists(MARK):
            pytest.exit(f"{name} leads the tests to a Valkey database with data that no test made.")
        servers.append(server)
    yield servers
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def empty_valkeys(own_valkeys: list[redis.Redis]) -> None:
    """Each test begins with an empty log and an empty cache, as it begins with an empty PostgreSQL."""
    for server in own_valkeys:
        with server.pipeline() as pipe:
            pipe.flushdb().set(MARK, 1).execute()


@pytest.fixture(scope="session")
def migrated_event_store() -> ModuleType:
    """The event store with our tables and no rows."""
    from tracking import store
    from tracking.store.migrate import migrate

    url = urlsplit(os.environ["EVENT_STORE_URL"])
    drop = urllib.request.Request(
        f"http://{url.hostname}:{url.port}/",
        data=f"DROP DATABASE IF EXISTS {url.path.strip('/')}".encode(),
        headers={"X-ClickHouse-User": url.username or "default", "X-ClickHouse-Key": url.password or ""},
    )
    urllib.request.urlopen(drop, timeout=10).close()
    migrate()
    return store


@pytest.fixture
def event_store(migrated_event_store: ModuleType, db: None) -> ModuleType:
    """tracking.store. Rows stay for the whole run: a dataset's number is never used twice, so tests do not meet."""
    return migrated_event_store
