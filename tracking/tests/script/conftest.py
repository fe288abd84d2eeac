"""The built script in a real browser: do this on the page, expect these events at the collector."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tracking.tests.script import matrix
from tracking.tests.script.live import Live
from tracking.tests.script.website import BUILT, UUID7, Collector, Website, serve
from workspaces.models import Workspace


@pytest.fixture
def collector(page: Page, request: pytest.FixtureRequest) -> Iterator[Collector]:
    """Whatever a test does: no error in the page, no preflight, plain text, bodies for a beacon, ids of version 7."""
    assert (BUILT / "trackingscript.js").exists(), "Build the script first: npm run build in tracking/tracker."
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    collector = Collector()
    yield collector
    matrix.record(request.node.name, collector.events())
    assert errors == []
    assert {method for method, _ in collector.kinds} <= {"POST"}
    assert all(kind.startswith("text/plain") for _, kind in collector.kinds)
    assert all(size <= 60_000 for size in collector.sizes)
    ids = [event["id"] for event in collector.events()]
    assert all(UUID7.fullmatch(one) for one in ids)
    assert len(set(ids)) == len(ids)


def pytest_sessionfinish() -> None:
    if matrix.FOLDER.exists():
        matrix.write()


@pytest.fixture
def site(collector: Collector) -> Iterator[Website]:
    with serve(collector.handler()) as address:
        website = Website(address)
        with serve(website.handler()) as website.url:
            yield website


@pytest.fixture
def live(page: Page, live_site: str, acme: Workspace, acme_key: str, request: pytest.FixtureRequest) -> Iterator[Live]:
    """The same with the real collector."""
    website = Website(live_site)
    with serve(website.handler()) as website.url:
        live = Live(page, website, acme.dataset_id("live"), acme_key)
        yield live
        matrix.record(request.node.name, live.all_sent())
        assert live.errors == []
        assert live.methods <= {"POST"}  # never a preflight
