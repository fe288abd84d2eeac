"""How the brokers are reached. What an operator adds (TLS, SASL) cannot take back what the promises rest on."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from confluent_kafka import KafkaException
from django.conf import settings

from tracking.kafka import KafkaAway

log = logging.getLogger(__name__)
End = TypeVar("End")


def made(end: Callable[[dict[str, Any]], End], ours: Mapping[str, Any]) -> End:
    """A producer or a consumer. Raises KafkaAway when the library refuses what is set."""
    try:
        return end(configuration(ours))
    except KafkaException as error:
        raise KafkaAway(f"KAFKA_BROKERS or KAFKA_OPTIONS cannot be used: {error.args[0].str()}") from error


def configuration(ours: Mapping[str, Any]) -> dict[str, Any]:
    """For librdkafka, named as in its CONFIGURATION.md."""
    return {
        "client.id": "metricpal",
        "reconnect.backoff.max.ms": 1000,  # the default comes back up to ten seconds after the broker does
        "log.connection.close": False,
        **settings.KAFKA_OPTIONS,
        "bootstrap.servers": settings.KAFKA_BROKERS,
        "logger": log,
        **ours,
    }
