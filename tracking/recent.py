"""Ids that this process logged lately: an event that comes back soon is answered `duplicate` and not logged again.

A courtesy of bounded size. The writer decides what counts (tracking.dedupe); an id that is not found here is logged,
found there, and counted once all the same.
"""

import threading
from collections.abc import Iterable

REMEMBERED = 50_000  # of each half: 10 MB a process

_lock = threading.Lock()
_young: set[tuple[int, bytes]] = set()
_old: set[tuple[int, bytes]] = set()


def known(dataset_id: int, event_id: bytes) -> bool:
    key = (dataset_id, event_id)
    return key in _young or key in _old


def note(dataset_id: int, event_ids: Iterable[bytes]) -> None:
    """Call once they are on the disk, never before."""
    global _young, _old
    with _lock:
        _young.update([(dataset_id, event_id) for event_id in event_ids])
        if len(_young) > REMEMBERED:
            _old, _young = _young, set()


def forget() -> None:
    global _young, _old
    _young, _old = set(), set()
