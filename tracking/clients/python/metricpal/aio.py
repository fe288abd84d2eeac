"""The client for asyncio. Putting an event into the queue takes microseconds and needs no waiting; what waits for an
answer runs in a thread.
"""

import asyncio
from typing import Any

from metricpal.client import Client
from metricpal.outbox import Counts
from metricpal.quotas import Quota


class AsyncClient:
    """As `Client`, whose options it takes; `async with` closes it."""

    def __init__(self, url: str, key: str, **options: Any) -> None:
        self.sync = Client(url, key, **options)

    async def track(self, event: str, properties: Any = None, **options: Any) -> str | None:
        return self.sync.track(event, properties, **options)

    async def identify(self, user_id: str, traits: Any = None, **options: Any) -> str | None:
        return self.sync.identify(user_id, traits, **options)

    async def increment_usage(self, metric: str, quantity: int = 1) -> None:
        self.sync.increment_usage(metric, quantity)

    async def check_quota(self, metric: str) -> Quota:
        return await asyncio.to_thread(self.sync.check_quota, metric)

    async def flush(self, timeout_s: float = 10.0) -> bool:
        return await asyncio.to_thread(self.sync.flush, timeout_s)

    async def close(self, timeout_s: float = 10.0) -> bool:
        return await asyncio.to_thread(self.sync.close, timeout_s)

    def counts(self) -> Counts:
        return self.sync.counts()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
