"""What a person at the terminal reads: short lines of progress, and refusals that say what to do."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Refusal(Exception):
    """Something the user can put right: printed as its sentence, never as a traceback."""


def say(text: str = "") -> None:
    """Print at once. A terminal that was closed is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        # The rest would fail as well, and Python tries once more when it exits.
        sys.stdout = open("/dev/null", "w")  # noqa: SIM115


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step, then say how long it took."""
    say(f"· {text} …")
    began = time.monotonic()
    yield
    seconds = time.monotonic() - began
    if seconds >= 1:
        say(f"  done in {seconds:.1f} s")
