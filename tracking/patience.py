"""Questions to the database for which a request waits only so long.

A server that is frozen, or behind a network that swallows everything, neither answers nor refuses: whoever asks it
waits until it is back. So it is asked by a few threads of their own, with connections of their own. A question that
took too long goes on: what it remembers is there for the next request.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, connections

ASKERS = 4
T = TypeVar("T")


class Silent(DatabaseError):
    """It was asked, and has not answered in time."""


class Busy(DatabaseError):
    """It was not even asked in time: so much else was."""


def ask(question: Callable[[], T], patience_s: float) -> T:
    """The answer. Raises Silent, Busy, and whatever the question raises."""
    if not settings.ASK_IN_TIME:
        return question()
    asked = _askers(os.getpid()).submit(_alone, question)
    try:
        return asked.result(patience_s)
    except TimeoutError:
        if asked.done():
            return asked.result()
        raise (Busy("too many questions") if asked.cancel() else Silent("no answer yet")) from None


def _alone(question: Callable[[], T]) -> T:
    try:
        return question()
    finally:
        connections.close_all()


@cache
def _askers(pid: int) -> ThreadPoolExecutor:
    """Of this process: a fork has no threads of its parent."""
    return ThreadPoolExecutor(ASKERS, "database")
