"""Places for statements: so many run at a time, and one tenant's many do not keep the others waiting."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from tracking.store.owner.errors import ABORTED, CANCELLED, TOO_BUSY, Refusal

# Calls its argument when whoever asked is gone, for as long as the block lasts.
Watch = Callable[[Callable[[], None]], AbstractContextManager[None]]


HOUSE = ""  # asks for itself, and little at a time


@dataclass(eq=False)
class _Wait:
    asker: str
    over: threading.Event = field(default_factory=threading.Event)
    has_place: bool = False


class Places:
    """`size` of them. A free one goes to the asker who has the fewest; among equals to whoever waited longest.

    A tenant is given `most` of them at once, so that the others find one even while each of theirs takes long.
    """

    def __init__(self, size: int, wait_s: float, most: int) -> None:
        self._size, self._wait_s, self._most = size, wait_s, most
        self._changing, self._is_closed = threading.Condition(), False
        self._taken: Counter[str] = Counter()
        self._waits: list[_Wait] = []  # who came first, first

    @contextmanager
    def taken(self, asker: str, watch: Watch) -> Iterator[None]:
        """A place for as long as the block lasts.

        Raises Refusal where none comes free, where `watch` says that whoever asked has gone, and after `close`.
        """
        if not self._taken_at_once(asker):
            self._wait(_Wait(asker), watch)
        try:
            yield
        finally:
            with self._changing:
                self._free(asker)

    def close(self) -> None:
        """Lets nothing in any more."""
        with self._changing:
            self._is_closed = True
            for wait in self._waits:
                wait.over.set()
            self._waits.clear()

    def wait_until_free(self, wait_s: float) -> None:
        with self._changing:
            self._changing.wait_for(lambda: not self._taken, timeout=wait_s)

    def _taken_at_once(self, asker: str) -> bool:
        with self._changing:
            self._refuse_when_closed()
            # Whoever waits now may have none: all of those are at their most.
            is_free = self._is_free_for(asker)
            if is_free:
                self._taken[asker] += 1
            return is_free

    def _wait(self, wait: _Wait, watch: Watch) -> None:
        with self._changing:
            self._waits.append(wait)
            self._give()  # one may have come free meanwhile
        with watch(wait.over.set):
            is_over = wait.over.wait(self._wait_s)
        with self._changing:
            if wait.has_place:
                return
            self._refuse_when_closed()
            self._waits.remove(wait)
        if is_over:
            raise Refusal(CANCELLED, "QUERY_WAS_CANCELLED", "Whoever asked has gone.")
        sentence = (
            f"{self._size} statements are running, and none of them ended for this one in {self._wait_s:g} seconds."
        )
        raise Refusal(TOO_BUSY, "TOO_MANY_SIMULTANEOUS_QUERIES", sentence)

    def _free(self, asker: str) -> None:
        self._taken[asker] -= 1
        if not self._taken[asker]:
            del self._taken[asker]
        self._give()
        self._changing.notify_all()

    def _give(self) -> None:
        able = [wait for wait in self._waits if self._is_free_for(wait.asker)]
        if able:
            chosen = min(able, key=lambda wait: self._taken[wait.asker])  # the first of equals
            self._waits.remove(chosen)
            self._taken[chosen.asker] += 1
            chosen.has_place = True
            chosen.over.set()

    def _is_free_for(self, asker: str) -> bool:
        most = self._size if asker == HOUSE else self._most
        return self._taken.total() < self._size and self._taken[asker] < most

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise Refusal(ABORTED, "ABORTED", "The event store is stopping.")
