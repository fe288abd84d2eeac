"""Brings the store's schema up to date: numbered files, in order, forward only, recorded in `schema_versions`.

Two processes may run it at once and each may be killed anywhere: every statement can be repeated without harm
(IF NOT EXISTS; a test holds the files to it), and a file is recorded when all its statements ran. On a cluster it
is run once for each node.
"""

from collections.abc import Callable
from pathlib import Path

from clickhouse_connect.driver.client import Client
from django.conf import settings

from tracking.store.address import Address, parse
from tracking.store.client import connected
from tracking.store.errors import translated
from tracking.store.topology import files, statements

_VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_versions (version UInt32, name String, applied_at DateTime('UTC') DEFAULT now())
ENGINE = ReplacingMergeTree ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
"""


def migrate(url: str | None = None, tell: Callable[[str], None] = lambda line: None) -> list[str]:
    """Applies what is missing at `url` (default: EVENT_STORE_URL) and returns the names of the files applied.

    Raises StoreUnavailable, StoreError.
    """
    to = parse(url or settings.EVENT_STORE_URL)
    with translated():
        # The engine's own default database cannot be restored on a server; Atomic can.
        with connected(to, "default") as store:
            store.command(f"CREATE DATABASE IF NOT EXISTS `{to.database}` ENGINE = Atomic")
        with connected(to, to.database) as store:
            store.command(_VERSIONS)
            return [_apply(store, path, to, tell) for path in _pending(store)]


def _apply(store: Client, path: Path, to: Address, tell: Callable[[str], None]) -> str:
    for statement in statements(path.read_text(), to.topology, to.cluster):
        store.command(statement)
    store.insert("schema_versions", [[_version(path), path.stem]], column_names=["version", "name"])
    tell(f"applied {path.stem}")
    return path.stem


def _pending(store: Client) -> list[Path]:
    applied = {version for (version,) in store.query("SELECT version FROM schema_versions").result_rows}
    return [path for path in files() if _version(path) not in applied]


def _version(path: Path) -> int:
    return int(path.stem.split("_")[0])
