"""The families of usage by tenant, for the operator's graphs. See config.lib.metrics for what bounds their labels."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from prometheus_client import Counter as Family

from config.lib import metrics


def count_events(tenant: str, source: str, types: Sequence[str]) -> None:
    """`types` has the type of each event that was accepted."""
    for event, number in Counter(types).items() if len(types) > 1 else [(each, 1) for each in types]:
        metrics.add(_events(tenant, event, source), number)


def count_usage(tenant: str, metric: str, quantity: int) -> None:
    metrics.USAGE.labels(tenant=metrics.bounded("tenant", tenant), metric=metrics.bounded("metric", metric)).inc(
        quantity
    )


def count_exceeded(tenant: str, metric: str) -> None:
    metrics.QUOTA_EXCEEDED.labels(
        tenant=metrics.bounded("tenant", tenant), metric=metrics.bounded("metric", metric)
    ).inc()


@lru_cache(maxsize=4096)
def _events(tenant: str, event: str, source: str) -> Family:
    return metrics.TENANT_EVENTS.labels(tenant=metrics.bounded("tenant", tenant), event=event, source=source)
