"""What the writer says of one dataset, heard once for all sockets of this process.

A channel of its own for each socket would cost a thousand of them a queue, a task and a decoded message each: more than
everything else about a change together.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from channels.layers import get_channel_layer

log = structlog.get_logger()


class Wire:
    """Open from its making to `close`. `hear` is called with each change: the time in ms up to which all is counted."""

    def __init__(self, dataset_id: int, hear: Callable[[int], Awaitable[None]]) -> None:
        self._group, self._hear = f"dataset-{dataset_id}", hear
        self._is_set_up = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._listen())

    @property
    def is_open(self) -> bool:
        return not self._task.done()

    async def set_up(self) -> None:
        """Returns when no change is missed any more, or when the layer cannot be reached: then `Pulse` catches up."""
        await self._is_set_up.wait()

    def close(self) -> None:
        self._task.cancel()

    async def _listen(self) -> None:
        layer = get_channel_layer()
        try:
            channel = await layer.new_channel()
            await layer.group_add(self._group, channel)
            self._is_set_up.set()
            try:
                while True:
                    await self._hear((await layer.receive(channel))["as_of_ms"])
            finally:
                await layer.group_discard(self._group, channel)
        except Exception as error:  # the layer lets its driver's and the network's errors through
            log.warning("live_wire_failed", group=self._group, error=str(error))
        finally:
            self._is_set_up.set()
