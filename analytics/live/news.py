"""The figures of dashboards, told to the sockets that show them: one question for all pages in the same state.

A question is asked as soon as its data changed, and not again while its answer is on the way. Questions of different
dashboards wait for different answers, a few at a time: one that takes long keeps nobody else waiting.
"""

import asyncio
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog
from channels.db import database_sync_to_async
from django.db import DatabaseError

from analytics.live import figures
from tracking import store

if TYPE_CHECKING:
    from analytics.live.consumer import LiveConsumer

AT_ONCE = 4
log = structlog.get_logger()


class News:
    def __init__(self) -> None:
        self._due: set[LiveConsumer] = set()  # their figures may have changed since they were told
        self._told: dict[LiveConsumer, figures.Figures] = {}
        self._under_way: dict[figures.Asked, asyncio.Task[None]] = {}
        self._threads = ThreadPoolExecutor(AT_ONCE, "live-figures")

    def welcome(self, socket: "LiveConsumer") -> None:
        """What is no dashboard has no figures."""
        if socket.question:
            self._told[socket] = {}
            self._due.add(socket)

    def expect(self, sockets: "Iterable[LiveConsumer]") -> None:
        """Those whose figures may have changed."""
        self._due |= self._told.keys() & set(sockets)

    def forget(self, socket: "LiveConsumer") -> None:
        self._due.discard(socket)
        self._told.pop(socket, None)

    def ask(self) -> None:
        """Begin with every question that is due."""
        audience: dict[figures.Asked, list[LiveConsumer]] = {}
        for socket in self._due:
            assert socket.question
            task = self._under_way.get(socket.question)
            if task is None or task.done():
                audience.setdefault(socket.question, []).append(socket)
        for question, sockets in audience.items():
            self._due.difference_update(sockets)
            task = asyncio.get_running_loop().create_task(self._tell(question, sockets))
            self._under_way[question] = task
        self._under_way = {question: task for question, task in self._under_way.items() if not task.done()}

    async def _tell(self, question: figures.Asked, sockets: "list[LiveConsumer]") -> None:
        ask = database_sync_to_async(figures.figures, thread_sensitive=False, executor=self._threads)
        try:
            found = await ask(question)
        except (store.StoreError, DatabaseError) as error:
            log.warning("live_figures_failed", dashboard_id=question.dashboard_id, error=str(error))
            self.expect(sockets)  # at the next beat
            return
        texts = {
            name: json.dumps({"metric": name, "value": value, "text": text}) for name, (value, text) in found.items()
        }
        await asyncio.gather(*(self._tell_new(socket, found, texts) for socket in sockets if socket in self._told))

    async def _tell_new(self, socket: "LiveConsumer", found: figures.Figures, texts: dict[str, str]) -> None:
        """Only what differs from what the page was told."""
        told, self._told[socket] = self._told[socket], found
        await socket.say(*(texts[name] for name, figure in found.items() if told.get(name) != figure))
