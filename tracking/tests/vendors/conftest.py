import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from config.lib.clock import now
from tracking import other_keys, store
from tracking.steps.urls import split
from tracking.tests.door import events
from tracking.writer import Writer
from workspaces.models import Workspace

COLUMNS = "toString(event_id), type, name, toUnixTimestamp64Milli(ts), user_id, host, path, value, currency, props"


@pytest.fixture
def claimed(acme: Workspace, owner: User) -> Callable[..., str]:
    """claimed("segment", "write-key-1") makes the key Acme's, and returns it."""

    def claim(tool: str, key: str, host: str = "", **about: Any) -> str:
        workspace = about.pop("workspace", acme)
        given = {"environment": "live", "actor": owner, "now": now()} | about
        return other_keys.claim(workspace, tool=tool, key=key, host=host, **given).key

    return claim


@pytest.fixture
def arrived(acme: Workspace, writer: Writer) -> Callable[[], list[Any]]:
    """What came to Acme, as it was logged, once the writer has stored it and the event store says the same."""

    def read() -> list[Any]:
        logged = events(acme.dataset_id())
        while writer.store_next(0):
            pass
        found = store.query(f"SELECT {COLUMNS} FROM events", dataset_id=acme.dataset_id()).rows
        assert sorted(map(_comparable, found)) == sorted(_comparable(_row(event)) for event in logged)
        return logged

    return read


def _row(event: Any) -> tuple[Any, ...]:
    parts = split(event.url)
    about = (event.type, event.name, event.at_ms, event.user_id, parts.host, parts.path, event.value, event.currency)
    return (str(uuid.UUID(bytes=event.event_id)), *about, event.props)


def _comparable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:-1], sorted(row[-1].items()))
