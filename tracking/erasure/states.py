"""Visits that are not over yet: what the writer remembers of them, in the log's Valkey."""

from collections.abc import Collection
from typing import Any

from config.lib.redis_clients import buffer_client
from tracking.batches import state_key

AT_ONCE = 1000


def forget(dataset_id: int, visitors: Collection[int] | None) -> None:
    """None: of the whole dataset. Raises redis.RedisError."""
    client: Any = buffer_client()
    if visitors is None:
        keys = list(client.scan_iter(match=f"visit:{dataset_id}:*", count=AT_ONCE))
    else:
        keys = [state_key((dataset_id, each)) for each in visitors]
    for start in range(0, len(keys), AT_ONCE):
        client.delete(*keys[start : start + AT_ONCE])
