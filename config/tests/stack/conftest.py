"""One whole MetricPal for the tests of this folder: started by `./metricpal up`, broken and mended by them."""

from collections.abc import Iterator

import pytest

from config.rig.stack import Stack


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # One worker of pytest-xdist takes the whole folder: a second stack would only cost time.
    for item in items:
        if "tests/stack/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("stack"))
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def started() -> Iterator[Stack]:
    with Stack() as stack:
        yield stack


@pytest.fixture
def stack(started: Stack) -> Stack:
    """Whole again after what the test before did to it."""
    started.wait_ready()
    return started
