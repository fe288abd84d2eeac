"""One whole MetricPal for the tests of this folder: started by `./metricpal up`, broken and mended by them."""

import os
from collections.abc import Iterator

import pytest

from config.rig.lines import Lined, lined
from config.rig.stack import Stack


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # One worker of pytest-xdist takes the whole folder: a second stack would only cost time.
    for item in items:
        if "tests/stack/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("stack"))
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="package")
def started() -> Iterator[Stack]:
    with Stack(**_kafka()) as stack:
        yield stack


def _kafka() -> dict[str, str]:
    """With `--kafka` the stack's log has its entries there."""
    named = {name: os.environ.get(name, "") for name in ("KAFKA_BROKERS", "KAFKA_TOPIC")}
    return {name: value for name, value in named.items() if value}


@pytest.fixture
def stack(started: Stack) -> Stack:
    """Whole again after what the test before did to it."""
    started.wait_ready()
    return started


@pytest.fixture(scope="package")
def lines() -> Iterator[Lined]:
    """A stack whose lines, stores and disks a test can break."""
    with lined() as found:
        yield found
