"""Tells open dashboards that their dataset has new events: group `dataset-<id>` of the channel layer.

    {"type": "dataset.changed", "as_of_ms": received ms of the newest stored event}

At most once a second, with the newest state; a message may be lost, as each carries all there is to know.
"""

import asyncio
import logging
import time
from collections.abc import Mapping

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

log = logging.getLogger(__name__)

LEAST_S = 1.0
PATIENCE_S = 0.5


class Announcer:
    def __init__(self) -> None:
        self._waiting: dict[int, int] = {}
        self._told_at = 0.0

    def changed(self, ticks: Mapping[int, int]) -> None:
        self._waiting.update(ticks)

    def tell(self) -> None:
        """Never raises: storing goes on while nobody can be told."""
        if not self._waiting or time.monotonic() - self._told_at < LEAST_S:
            return
        self._told_at = time.monotonic()
        waiting, self._waiting = self._waiting, {}
        try:
            async_to_sync(_send)(waiting)
        except Exception as error:  # the layer lets its driver's and the network's errors through
            log.warning("open dashboards were not told: %s", error)


async def _send(ticks: Mapping[int, int]) -> None:
    layer = get_channel_layer()
    async with asyncio.timeout(PATIENCE_S):
        for dataset_id, as_of_ms in ticks.items():
            await layer.group_send(f"dataset-{dataset_id}", {"type": "dataset.changed", "as_of_ms": as_of_ms})
