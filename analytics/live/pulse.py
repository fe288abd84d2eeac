"""One heartbeat for all sockets of a process: a thousand open pages cost what one costs.

The writer's word that a dataset has changed is passed on at once (`Wire`); figures and parts follow (`News`). Every
second: for each overview that somebody looks at, count who is here now (at most one query in RECOUNT_SECONDS) and tell
those pages if the number moved; every RIGHTS_SECONDS, close the sockets of those who may no longer listen.

The writer's word may get lost. So each recount also looks at the ticks, and a page that has not heard of the newest one
hears of it here: late, but never not at all.
"""

import asyncio
import json
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError

from analytics.live.figures import figures
from analytics.live.news import News
from analytics.live.parts import packed, parts
from analytics.live.rights import may_still_listen
from analytics.live.wire import Wire
from analytics.query import cache
from analytics.reports.realtime import visitors_now
from config.lib import clock
from tracking import store

if TYPE_CHECKING:
    from analytics.live.consumer import LiveConsumer

BEAT_SECONDS = 1
RECOUNT_SECONDS = 3  # visitors also leave, without any event telling
RIGHTS_SECONDS = 3  # revocation closes a socket within five
REQUESTS_A_SECOND = 100  # that those who ask for themselves may make together, after a change
FIGURES_EVERY_S = 0.5
PARTS_EVERY_S = 1.0  # of one state: busy sites change all the time, and drawing a dashboard takes 20 to 30 ms
TICK_SECONDS = 30
log = structlog.get_logger()


class Pulse:
    """The sockets of this process, and the task that runs while there are any."""

    def __init__(self) -> None:
        self._sockets: dict[int, set[LiveConsumer]] = {}  # by dataset
        self._wires: dict[int, Wire] = {}
        self._visitors: dict[LiveConsumer, int] = {}  # as each overview was last told
        self._heard: dict[int, int] = {}  # dataset -> the newest change its pages were told of
        self._figures = News(attrgetter("question"), figures, lambda changed: changed, FIGURES_EVERY_S)
        self._parts = News(attrgetter("parts"), parts, packed, PARTS_EVERY_S)
        self._task: asyncio.Task[None] | None = None
        self._partings: set[asyncio.Task[None]] = set()

    async def follow(self, dataset_id: int) -> None:
        """Before a page may count on hearing of every change."""
        await self._wire(dataset_id).set_up()

    def _wire(self, dataset_id: int) -> Wire:
        wire = self._wires.get(dataset_id)
        if wire is None or not wire.is_open:
            wire = self._wires[dataset_id] = Wire(dataset_id, lambda as_of_ms: self._tell_change(dataset_id, as_of_ms))
        return wire

    def join(self, socket: "LiveConsumer") -> None:
        assert socket.listener
        self._sockets.setdefault(socket.listener.dataset_id, set()).add(socket)
        self._figures.welcome(socket)
        self._parts.welcome(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._beat())

    def leave(self, socket: "LiveConsumer") -> None:
        if socket.listener is None:
            return
        dataset_id = socket.listener.dataset_id
        sockets = self._sockets.get(dataset_id, set())
        sockets.discard(socket)
        self._visitors.pop(socket, None)
        self._figures.forget(socket)
        self._parts.forget(socket)
        if not sockets:
            self._sockets.pop(dataset_id, None)
            self._heard.pop(dataset_id, None)
            if wire := self._wires.pop(dataset_id, None):
                wire.close()

    async def _beat(self) -> None:
        second = 0
        while self._sockets:
            if second % RIGHTS_SECONDS == RIGHTS_SECONDS - 1:
                await self._check_rights()
            await self._count(everybody=second % RECOUNT_SECONDS == 0)
            if second % RECOUNT_SECONDS == 0:
                await self._catch_up()
            for dataset_id in self._sockets:
                self._wire(dataset_id)  # again, where it was cut
            if second % TICK_SECONDS == TICK_SECONDS - 1:
                self._parts.expect(each for sockets in self._sockets.values() for each in sockets if each.ticks)
            self._ask()  # for those who have come
            await asyncio.sleep(BEAT_SECONDS)
            second += 1

    async def _count(self, everybody: bool) -> None:
        """Newcomers are told at once, the others when it is time."""
        for dataset_id, sockets in list(self._sockets.items()):
            overviews = [each for each in sockets if not each.question and (everybody or each not in self._visitors)]
            if not overviews:
                continue
            try:
                value = await sync_to_async(visitors_now, thread_sensitive=False)(dataset_id, clock.now())
            except store.StoreError as error:
                log.warning("visitors_now_failed", dataset_id=dataset_id, error=str(error))
                continue
            changed = [each for each in overviews if self._visitors.get(each) != value and each in sockets]
            self._visitors |= dict.fromkeys(changed, value)
            await _say(changed, {"metric": "visitors_now", "value": value})

    async def _tell_change(self, dataset_id: int, as_of_ms: int) -> None:
        """`pause_ms`: how far apart those who ask for themselves shall do so, so that all of them are answered."""
        sockets = list(self._sockets.get(dataset_id, ()))
        self._heard[dataset_id] = max(as_of_ms, self._heard.get(dataset_id, 0))
        for news in (self._figures, self._parts):
            news.expect(sockets)
        self._ask()
        asking = sum(not each.parts for everybody in self._sockets.values() for each in everybody)
        message: dict[str, object] = {"changed": as_of_ms, "pause_ms": 1000 * asking // REQUESTS_A_SECOND}
        await _say([each for each in sockets if not each.parts], message)

    def _ask(self) -> None:
        self._figures.ask()
        self._parts.ask()

    async def _catch_up(self) -> None:
        """At the first look at a dataset its pages have missed nothing: each asks for its numbers when it opens."""
        ticks = await sync_to_async(cache.ticks, thread_sensitive=False)(sorted(self._sockets))
        for dataset_id in list(self._sockets):
            tick = ticks.get(dataset_id, 0)
            if tick > self._heard.setdefault(dataset_id, tick):
                await self._tell_change(dataset_id, tick)

    async def _check_rights(self) -> None:
        everybody = [socket for sockets in self._sockets.values() for socket in sockets]
        try:
            allowed = await may_still_listen([socket.listener for socket in everybody if socket.listener])
        except DatabaseError as error:
            log.warning("live_rights_unknown", error=str(error))
            return
        for socket in everybody:
            if socket.listener not in allowed:
                self.leave(socket)
                # Beside the beat: a browser may take seconds to say goodbye.
                parting = asyncio.get_running_loop().create_task(socket.turn_away())
                self._partings.add(parting)
                parting.add_done_callback(self._partings.discard)


async def _say(sockets: "Iterable[LiveConsumer]", message: dict[str, object]) -> None:
    """Side by side, so that one slow reader does not keep the others waiting."""
    text = json.dumps(message)
    await asyncio.gather(*(socket.say(text) for socket in sockets))


pulse = Pulse()
