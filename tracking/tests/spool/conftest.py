from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from config.lib import redis_clients
from tracking import recent
from tracking.spool import cover, drain, process
from tracking.steps import visitor


def forget_client() -> None:
    redis_clients.buffer_client().close()
    redis_clients.buffer_client.cache_clear()


@pytest.fixture(autouse=True)
def own_spool(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spool of this test alone, which is drained when the test says so."""
    settings.SPOOL_MB, settings.VAR_DIR = 4, tmp_path
    monkeypatch.setattr(process, "_here", process.Spool())
    monkeypatch.setattr(drain, "start", lambda: None)
    monkeypatch.setattr(process, "MOST_BEHIND_S", 0.0)
    monkeypatch.setattr(cover, "LATE_S", 10.0)  # a busy machine may be late
    recent.forget()
    visitor._salt.cache_clear()
    visitor._salt_before.cache_clear()


@pytest.fixture
def log_away(settings: LazySettings) -> Iterator[Callable[[bool], None]]:
    """`log_away(True)`: nobody answers at the log's address."""
    there = settings.BUFFER_URL

    def switch(is_away: bool) -> None:
        forget_client()
        settings.BUFFER_URL = "redis://127.0.0.1:1/0" if is_away else there

    yield switch
    switch(False)
