import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as present
from django.template import Context, Engine

from config.lib.redis_clients import buffer_client
from tracking import direct, lease, script_builds, snapshot
from tracking.tests import building, door
from tracking.writer import Writer

PACKAGE = present.BASE_DIR / "tracking" / "clients" / "python"
LOG_KEYS = (
    "log:",
    "open:",
    "cursor:",
    "watermark:",
    "visit:",
    "tick:",
    "trial:",
    "stored:",
    "quarantine:",
    "seen:",
    "lease:",
    "request:",
)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """built("2.2.0", trackingscript="…") puts a build of known content in the place of the real one."""
    folder, package = tmp_path / "tracker", tmp_path / "package.json"
    monkeypatch.setattr(script_builds, "BUILT", folder)
    monkeypatch.setattr(script_builds, "PACKAGE", package)

    def build(version: str, **files: str) -> Path:
        folder.mkdir(exist_ok=True)
        package.write_text(json.dumps({"version": version}))
        for name, body in {"stub": "window.stub=1\n", "container": "", "inert": "", **files}.items():
            (folder / f"{name}.js").write_text(body)
        return folder

    return build


@pytest.fixture
def django_tag(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Callable[..., str]]:
    """django_tag("{% metricpal %}", {"URL": …}, request=…) → HTML, as in a project that installed the package."""
    monkeypatch.syspath_prepend(str(PACKAGE))

    def to_html(text: str, setting: dict[str, Any], **context: Any) -> str:
        settings.METRICPAL = setting
        engine = Engine(libraries={"metricpal": "metricpal.django.templatetags.metricpal"})
        return engine.from_string("{% load metricpal %}" + text).render(Context(context))

    yield to_html
    for name in [name for name in sys.modules if name.partition(".")[0] == "metricpal"]:
        del sys.modules[name]


@pytest.fixture(params=[False, True], ids=["django", "lane"])
def each_door(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runs twice: through Django, and through the lane in front of it, which here need not know the key."""
    monkeypatch.setattr(door, "through_lane", request.param)
    monkeypatch.setattr(direct, "ASKING_NOBODY", direct.DIALECT)
    monkeypatch.setattr(direct, "close_old_connections", lambda: None)  # the test's own transaction is in it


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
