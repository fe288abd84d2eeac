"""One owner for the tests of the protocol, others for those that stop or kill it; datasets nobody else uses."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from tracking.tests.store.owners import TOKEN, Owner

_datasets = count(3_000_000_000, 2)


@pytest.fixture
def dataset() -> int:
    return next(_datasets)


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    owner = Owner(tmp_path_factory.mktemp("store") / "events")
    owner.client().command("CREATE DATABASE t ENGINE = Atomic")
    yield owner
    owner.close()


@pytest.fixture
def driver(owner: Owner) -> Client:
    return owner.client(database="t")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Owner]]:
    """start(path=…, token=…): an owner that this test may kill; all are gone afterwards."""
    owners: list[Owner] = []

    def started(*options: str, path: Path = tmp_path / "events", token: str = TOKEN) -> Owner:
        owners.append(Owner(path, token, *options))
        return owners[-1]

    yield started
    for owner in owners:
        owner.close()
