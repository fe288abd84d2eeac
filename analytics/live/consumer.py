"""One socket: see the package for what travels over it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from analytics.live import figures
from analytics.live.pulse import pulse
from analytics.live.rights import may_listen
from analytics.live.standing import Listener

PATIENCE_S = 2
TALKED, TOO_SLOW = 1008, 1013
FORBIDDEN = 4403  # the page reads it: signed out, or no longer a member


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One open page. Refused with 403 before the handshake ends when the visitor may not see what it shows."""

    listener: Listener | None = None
    question: figures.Asked | None = None  # of a dashboard
    is_dirty = False  # its figures may have changed since they were told
    heard_ms: int | None = None  # the newest change this page was told of; None: before the first look

    async def connect(self) -> None:
        self.listener = await may_listen(self.scope)
        if self.listener is None:
            await self.close()
            return
        self.question = figures.asked(self.listener, self.scope["query_string"].decode("latin-1"))
        self.is_dirty = self.question is not None
        await self.channel_layer.group_add(self._group(), self.channel_name)
        await self.accept()
        pulse.join(self)

    async def disconnect(self, code: int) -> None:
        if self.listener is None:
            return
        pulse.leave(self)
        await self.channel_layer.group_discard(self._group(), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages have nothing to say here: whoever talks is no page of ours, and is not listened to."""
        await self.close(code=TALKED)

    async def dataset_changed(self, message: dict[str, Any]) -> None:
        """From the writer, after a batch of this dataset is stored; at most once a second."""
        await self.tell_change(message["as_of_ms"])

    async def tell_change(self, as_of_ms: int) -> None:
        self.heard_ms = max(self.heard_ms or 0, as_of_ms)
        self.is_dirty = self.question is not None
        await self.say({"changed": as_of_ms})

    def missed(self, ticks: Mapping[int, int]) -> int | None:
        """The newest change of the dataset, if this page has not heard of it. A page that has just opened has missed
        nothing: it asks for its numbers when the socket opens."""
        tick = ticks.get(self.listener.dataset_id, 0) if self.listener else 0
        if self.heard_ms is None:
            self.heard_ms = tick
        return tick if tick > self.heard_ms else None

    async def say(self, message: dict[str, Any]) -> None:
        """A page that does not read is let go, so that it keeps nobody waiting: it comes back by itself."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.send(text_data=json.dumps(message))
        except TimeoutError:
            await self.close(code=TOO_SLOW)
        except OSError:
            pass  # it has just gone away (ASGI); `disconnect` follows by itself

    async def turn_away(self) -> None:
        """The right to listen has ended."""
        await self.close(code=FORBIDDEN)

    def _group(self) -> str:
        assert self.listener is not None
        return f"dataset-{self.listener.dataset_id}"
