"""What the sockets of dashboards are told of their numbers: asked once for all pages in the same state.

A question is asked as soon as its data changed, or, while its answer is on the way or it rests, when that is over.
Questions of different dashboards wait for different answers, a few at a time: one that takes long keeps nobody else
waiting.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog
from channels.db import database_sync_to_async
from django.db import DatabaseError

from analytics.live.question import Asked
from tracking import store

if TYPE_CHECKING:
    from analytics.live.consumer import LiveConsumer

AT_ONCE = 3
SHARE = 2  # a state is being asked for at most half of the time, and all of a dataset cost at most half a core
RETRY_S = 1.0
NOTHING: dict[str, str] = {}
Told = Mapping[str, str]
log = structlog.get_logger()


class News:
    """Of one kind: the figures, or the parts of pages.

    `of`: what a socket asks, if anything. `answer`: by name, what it is told. `write`: messages of those that changed.
    `every_s`: how far apart a question is asked at least, which also gathers those who come together.
    """

    def __init__(
        self,
        of: "Callable[[LiveConsumer], Asked | None]",
        answer: Callable[[Asked], Told],
        write: Callable[[Sequence[str]], Sequence[str | bytes]],
        every_s: float,
    ) -> None:
        self._of, self._answer, self._write, self._every_s = of, answer, write, every_s
        self._due: set[LiveConsumer] = set()  # what they were told may no longer hold
        self._told: dict[LiveConsumer, Told] = {}
        self._rests: dict[Asked, float] = {}  # until when, of `time.monotonic`; while it is asked: for ever
        self._under_way: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(AT_ONCE, "live-news")

    def welcome(self, socket: "LiveConsumer") -> None:
        if self._of(socket):
            self._told[socket] = NOTHING
            self._due.add(socket)

    def expect(self, sockets: "Iterable[LiveConsumer]") -> None:
        """Those whose numbers may have changed."""
        self._due |= self._told.keys() & set(sockets)

    def forget(self, socket: "LiveConsumer") -> None:
        self._due.discard(socket)
        self._told.pop(socket, None)

    def ask(self) -> None:
        """Begin with every question that is due and does not rest."""
        now = time.monotonic()
        self._rests = {question: until for question, until in self._rests.items() if until > now}
        audience: dict[Asked, list[LiveConsumer]] = {}
        for socket in self._due:
            if (question := self._of(socket)) and question not in self._rests:
                audience.setdefault(question, []).append(socket)
        for question, sockets in audience.items():
            self._due.difference_update(sockets)
            self._rests[question] = math.inf
            task = asyncio.get_running_loop().create_task(self._tell(question, sockets))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _tell(self, question: Asked, sockets: "list[LiveConsumer]") -> None:
        rest_s = RETRY_S
        try:
            found, rest_s = await database_sync_to_async(self._timed, thread_sensitive=False, executor=self._threads)(
                question
            )
        except (store.StoreError, DatabaseError) as error:
            log.warning("live_news_failed", dashboard_id=question.dashboard_id, error=str(error))
            self.expect(sockets)
        else:
            await self._pass_on(found, [socket for socket in sockets if socket in self._told])
        finally:
            self._rests[question] = time.monotonic() + rest_s
            asyncio.get_running_loop().call_later(rest_s, self.ask)

    def _timed(self, question: Asked) -> tuple[Told, float]:
        """The answer, and how many seconds from now not to ask again."""
        began, worked = time.monotonic(), time.thread_time()
        found = self._answer(question)
        took_s, worked_s = time.monotonic() - began, time.thread_time() - worked
        # Who looks at very many states of one dataset keeps themselves waiting, and nobody else.
        neighbours = sum(each.dataset_id == question.dataset_id for each in list(self._rests))
        return found, max(self._every_s, SHARE * took_s, SHARE * worked_s * neighbours) - took_s

    async def _pass_on(self, found: Told, sockets: "list[LiveConsumer]") -> None:
        """Only what differs from what a page was told, written once for all that were told the same."""
        written: dict[int, Sequence[str | bytes]] = {}
        for socket in sockets:
            told = self._told[socket]
            if id(told) not in written:
                written[id(told)] = self._write([each for name, each in found.items() if told.get(name) != each])
        messages = [(socket, written[id(self._told[socket])]) for socket in sockets]
        self._told |= dict.fromkeys(sockets, found)
        await asyncio.gather(*(socket.say(*texts) for socket, texts in messages if texts))
