"""One socket: see the package for what travels over it."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer

from analytics.live.pulse import pulse
from analytics.live.question import Asked, asked
from analytics.live.rights import may_listen
from analytics.live.standing import Listener

PATIENCE_S = 2
TALKED, TOO_SLOW = 1008, 1013
FORBIDDEN = 4403  # the page reads it: signed out, or no longer a member


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One open page. Refused with 403 before the handshake ends when the visitor may not see what it shows."""

    channel_layer_alias = "none"  # `Wire` hears for all of them

    listener: Listener | None = None
    question: Asked | None = None  # of a dashboard
    parts: Asked | None = None  # the same with its links, of a page that is sent its parts instead of asking for them
    ticks = False  # such a page also shows what grows old without any event

    async def connect(self) -> None:
        self.listener = await may_listen(self.scope)
        if self.listener is None:
            await self.close()
            return
        self._read(self.scope["query_string"].decode("latin-1"))
        await pulse.follow(self.listener.dataset_id)
        await self.accept()
        pulse.join(self)

    def _read(self, query: str) -> None:
        assert self.listener
        words = parse_qs(query)
        self.question = asked(self.listener, query)
        if self.question and "parts" in words:
            self.parts = replace(self.question, token=self.listener.token)
            self.ticks = words["parts"] == ["ticking"]

    async def disconnect(self, code: int) -> None:
        pulse.leave(self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages have nothing to say here: whoever talks is no page of ours, and is not listened to."""
        await self.close(code=TALKED)

    async def say(self, *messages: str | bytes) -> None:
        """A page that does not read is let go, so that it keeps nobody waiting: it comes back by itself."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                for message in self._bundled(messages):
                    await (self.send(message) if isinstance(message, str) else self.send(bytes_data=message))
        except TimeoutError:
            await self.close(code=TOO_SLOW)
        except OSError:
            pass  # it has just gone away (ASGI); `disconnect` follows by itself

    def _bundled(self, messages: tuple[str | bytes, ...]) -> Iterable[str | bytes]:
        """A page that is sent its parts takes several texts as one list: sending costs by the message."""
        texts = [each for each in messages if isinstance(each, str)]
        return [f"[{','.join(texts)}]"] if self.parts and len(texts) > 1 else messages

    async def turn_away(self) -> None:
        """The right to listen has ended."""
        await self.close(code=FORBIDDEN)
