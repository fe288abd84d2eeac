from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from config.lib.redis_clients import buffer_client
from tracking import lease, snapshot
from tracking.tests import building
from tracking.writer import Writer

LOG_KEYS = (
    "log:",
    "open:",
    "cursor:",
    "watermark:",
    "visit:",
    "tick:",
    "stored:",
    "quarantine:",
    "seen:",
    "lease:",
    "request:",
)


@pytest.fixture
def dataset() -> int:
    """A dataset that no other test has."""
    return next(building.datasets)


@pytest.fixture
def empty_log(event_store: object, settings: LazySettings, tmp_path: Path) -> None:
    """An ingest log without entries, visits and lease; what the event store holds stays."""
    settings.VAR_DIR = tmp_path
    client = buffer_client()
    for prefix in LOG_KEYS:
        client.delete(*client.scan_iter(f"{prefix}*"), prefix)


@pytest.fixture
def fence(empty_log: None) -> Iterator[int]:
    """The lease, held by this test."""
    token = lease.acquire()
    assert token
    yield token
    lease.release(token)


@pytest.fixture
def writer(fence: int) -> Writer:
    return Writer(fence, snapshot.load(fence))
