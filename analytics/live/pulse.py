"""One heartbeat for all sockets of a process: a thousand open pages cost what one costs.

Every second: for each dataset that somebody looks at, count who is here now (at most one query in RECOUNT_SECONDS) and
tell those pages if the number moved; every RIGHTS_SECONDS, close the sockets of those who may no longer listen.

The writer's word that a dataset has changed travels at once but may get lost. So each recount also looks at the ticks,
and a page that has not heard of the newest one hears of it here: late, but never not at all.
"""

import asyncio
from typing import TYPE_CHECKING

import structlog
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.db import DatabaseError

from analytics.live import figures
from analytics.live.rights import may_still_listen
from analytics.query import cache
from analytics.reports.realtime import visitors_now
from config.lib import clock
from tracking import store

if TYPE_CHECKING:
    from analytics.live.consumer import LiveConsumer

BEAT_SECONDS = 1
RECOUNT_SECONDS = 3  # visitors also leave, without any event telling
RIGHTS_SECONDS = 3  # revocation closes a socket within five
log = structlog.get_logger()


class Pulse:
    """The sockets of this process, and the task that runs while there are any."""

    def __init__(self) -> None:
        self._sockets: set[LiveConsumer] = set()
        self._told: dict[LiveConsumer, int] = {}
        self._figures: dict[LiveConsumer, figures.Figures] = {}  # what each page was last told
        self._task: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None

    def join(self, socket: "LiveConsumer") -> None:
        self._sockets.add(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._beat())

    def leave(self, socket: "LiveConsumer") -> None:
        self._sockets.discard(socket)
        self._told.pop(socket, None)
        self._figures.pop(socket, None)

    async def _beat(self) -> None:
        second = 0
        while self._sockets:
            if second % RIGHTS_SECONDS == RIGHTS_SECONDS - 1:
                await self._check_rights()
            await self._count(everybody=second % RECOUNT_SECONDS == 0)
            if second % RECOUNT_SECONDS == 0:
                await self._catch_up()
            if self._telling is None or self._telling.done():
                # Beside the beat: a dear question must not keep the others from being closed in time.
                self._telling = asyncio.get_running_loop().create_task(self._tell_figures())
            await asyncio.sleep(BEAT_SECONDS)
            second += 1

    async def _count(self, everybody: bool) -> None:
        """Newcomers are told at once, the others when it is time."""
        audience: dict[int, list[LiveConsumer]] = {}
        for socket in self._sockets:
            if socket.listener and not socket.question and (everybody or socket not in self._told):
                audience.setdefault(socket.listener.dataset_id, []).append(socket)
        for dataset_id, sockets in audience.items():
            try:
                value = await sync_to_async(visitors_now, thread_sensitive=False)(dataset_id, clock.now())
            except store.StoreError as error:
                log.warning("visitors_now_failed", dataset_id=dataset_id, error=str(error))
                continue
            await self._tell(sockets, value)

    async def _tell(self, sockets: "list[LiveConsumer]", value: int) -> None:
        """Side by side, so that one slow reader does not keep the others waiting."""
        changed = [socket for socket in sockets if self._told.get(socket) != value]
        self._told |= dict.fromkeys(changed, value)
        await asyncio.gather(*(socket.say({"metric": "visitors_now", "value": value}) for socket in changed))

    async def _tell_figures(self) -> None:
        """Of dashboards whose data changed: one question for all pages in the same state."""
        audience: dict[figures.Asked, list[LiveConsumer]] = {}
        for socket in self._sockets:
            if socket.question and socket.is_dirty:
                socket.is_dirty = False
                audience.setdefault(socket.question, []).append(socket)
        for question, sockets in audience.items():
            try:
                found = await database_sync_to_async(figures.figures, thread_sensitive=False)(question)
            except (store.StoreError, DatabaseError) as error:
                log.warning("live_figures_failed", dashboard_id=question.dashboard_id, error=str(error))
                for socket in sockets:
                    socket.is_dirty = True  # at the next beat
                continue
            await asyncio.gather(*(self._tell_new(socket, found) for socket in sockets))

    async def _tell_new(self, socket: "LiveConsumer", found: figures.Figures) -> None:
        """Only what differs from what the page was told."""
        if socket not in self._sockets:
            return  # gone meanwhile
        told = self._figures.get(socket, {})
        self._figures[socket] = found
        for name, (value, text) in found.items():
            if told.get(name) != (value, text):
                await socket.say({"metric": name, "value": value, "text": text})

    async def _catch_up(self) -> None:
        looked_at = {socket.listener.dataset_id for socket in self._sockets if socket.listener}
        ticks = await sync_to_async(cache.ticks, thread_sensitive=False)(sorted(looked_at))
        missed = [(socket, tick) for socket in list(self._sockets) if (tick := socket.missed(ticks))]
        await asyncio.gather(*(socket.tell_change(tick) for socket, tick in missed))

    async def _check_rights(self) -> None:
        sockets = list(self._sockets)
        try:
            allowed = await may_still_listen([socket.listener for socket in sockets if socket.listener])
        except DatabaseError as error:
            log.warning("live_rights_unknown", error=str(error))
            return
        for socket in sockets:
            if socket.listener not in allowed:
                self.leave(socket)
                await socket.turn_away()


pulse = Pulse()
