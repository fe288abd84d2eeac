"""One socket: see the package for what travels over it."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer

from analytics.live.pulse import pulse
from analytics.live.rights import Listener, may_listen, same_site

FORBIDDEN = 4403  # the page reads it: signed out, or no longer a member


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One open page. Refused with 403 before the handshake ends when the visitor may not see the workspace."""

    listener: Listener | None = None
    heard_ms: int | None = None  # the newest change this page was told of; None: before the first look

    async def connect(self) -> None:
        self.listener = await may_listen(self.scope, self._environment()) if same_site(self.scope) else None
        if self.listener is None:
            await self.close()
            return
        await self.channel_layer.group_add(self._group(), self.channel_name)
        await self.accept()
        pulse.join(self)

    async def disconnect(self, code: int) -> None:
        if self.listener is None:
            return
        pulse.leave(self)
        await self.channel_layer.group_discard(self._group(), self.channel_name)

    async def dataset_changed(self, message: dict[str, Any]) -> None:
        """From the writer, after a batch of this dataset is stored; at most once a second."""
        await self.tell_change(message["as_of_ms"])

    async def tell_change(self, as_of_ms: int) -> None:
        self.heard_ms = max(self.heard_ms or 0, as_of_ms)
        await self.say({"changed": as_of_ms})

    def missed(self, ticks: Mapping[int, int]) -> int | None:
        """The newest change of the dataset, if this page has not heard of it. A page that has just opened has missed
        nothing: it asks for its numbers when the socket opens."""
        tick = ticks.get(self.listener.dataset_id, 0) if self.listener else 0
        if self.heard_ms is None:
            self.heard_ms = tick
        return tick if tick > self.heard_ms else None

    async def say(self, message: dict[str, Any]) -> None:
        # A page that has just gone away makes `send` raise OSError (ASGI); `disconnect` follows by itself.
        with suppress(OSError):
            await self.send(text_data=json.dumps(message))

    async def turn_away(self) -> None:
        """The right to listen has ended."""
        await self.close(code=FORBIDDEN)

    def _environment(self) -> str:
        query: str = self.scope["query_string"].decode()
        return parse_qs(query).get("env", ["live"])[0]

    def _group(self) -> str:
        assert self.listener is not None
        return f"dataset-{self.listener.dataset_id}"
