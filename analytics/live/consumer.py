"""One socket: see the package for what travels over it."""

import asyncio

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

    channel_layer_alias = "none"  # `Wire` hears for all of them

    listener: Listener | None = None
    question: figures.Asked | None = None  # of a dashboard

    async def connect(self) -> None:
        self.listener = await may_listen(self.scope)
        if self.listener is None:
            await self.close()
            return
        self.question = figures.asked(self.listener, self.scope["query_string"].decode("latin-1"))
        await pulse.follow(self.listener.dataset_id)
        await self.accept()
        pulse.join(self)

    async def disconnect(self, code: int) -> None:
        pulse.leave(self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages have nothing to say here: whoever talks is no page of ours, and is not listened to."""
        await self.close(code=TALKED)

    async def say(self, *texts: str) -> None:
        """A page that does not read is let go, so that it keeps nobody waiting: it comes back by itself."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                for text in texts:
                    await self.send(text_data=text)
        except TimeoutError:
            await self.close(code=TOO_SLOW)
        except OSError:
            pass  # it has just gone away (ASGI); `disconnect` follows by itself

    async def turn_away(self) -> None:
        """The right to listen has ended."""
        await self.close(code=FORBIDDEN)
