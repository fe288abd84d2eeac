"""One at a time in a data folder: two would write the same files."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Somebody else has the folder; the text says who."""


@contextmanager
def only_one(var: Path, who: str) -> Iterator[None]:
    """Hold the folder. The kernel lets go of it when the process ends, however it ends."""
    with open(var / "lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Busy(file.read()) from None
        file.truncate(0)
        file.write(who)
        file.flush()
        yield
