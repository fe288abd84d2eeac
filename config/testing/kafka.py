"""The ingest log with Kafka below it. `--kafka` lets a whole run have it; `each_buffer` lets a test run both ways."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from config.rig.kafka import Kafka


@pytest.fixture(scope="session")
def brokers() -> Iterator[Kafka]:
    kafka = Kafka()
    yield kafka
    kafka.end()


@pytest.fixture
def kafka(
    request: pytest.FixtureRequest, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, brokers: Kafka
) -> Kafka:
    """Entries stand in Kafka during this test, also those of processes that it starts."""
    settings.KAFKA_BROKERS = brokers.address
    monkeypatch.setenv("KAFKA_BROKERS", brokers.address)
    return brokers


@pytest.fixture(params=["valkey", "kafka"])
def each_buffer(request: pytest.FixtureRequest) -> str:
    """The test runs twice: with entries in Valkey, and with entries in Kafka."""
    if request.param == "kafka":
        request.getfixturevalue("kafka")
    elif request.config.getoption("kafka"):
        pytest.skip("this run has Kafka everywhere")
    return str(request.param)
