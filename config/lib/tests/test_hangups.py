"""config.lib.hangups: whose other side went away is told, and nobody else."""

import os
import socket
import threading
from contextlib import ExitStack

import pytest

from config.lib.hangups import HangupWatch


class Line:
    """A connection that is watched; `told` is set when its other side went away. Its call lasts until `go_on`."""

    def __init__(self, watch: HangupWatch) -> None:
        self.here, self.there = socket.socketpair()
        self.told, self.go_on = threading.Event(), threading.Event()
        self.watched = ExitStack()
        self.watched.enter_context(watch.calling(self._call, self.here))

    def _call(self) -> None:
        self.told.set()
        self.go_on.wait(5)

    def end(self) -> None:
        self.go_on.set()
        self.watched.close()
        self.here.close()
        self.there.close()


@pytest.fixture
def watch() -> HangupWatch:
    return HangupWatch()


def test_who_hangs_up_is_told_and_who_stays_is_not(watch: HangupWatch) -> None:
    gone, stays = Line(watch), Line(watch)
    gone.there.close()

    assert gone.told.wait(5)
    assert not stays.told.is_set()
    gone.end()
    stays.end()


def test_the_next_connection_with_the_number_of_one_that_hung_up_is_left_alone(watch: HangupWatch) -> None:
    first, second, third = Line(watch), Line(watch), Line(watch)
    first.there.close()
    assert first.told.wait(5)
    second.there.close()
    third.there.close()
    first.go_on.set()
    assert second.told.wait(5)  # and as long as this call lasts …
    innocent, (here, there) = threading.Event(), socket.socketpair()
    number = third.here.fileno()
    third.end()
    os.dup2(here.fileno(), number)  # … the number of the third is given to another

    with socket.socket(fileno=number) as another, watch.calling(innocent.set, another):
        second.go_on.set()
        assert not innocent.wait(0.2)
    for each in (first, second):
        each.end()
    here.close()
    there.close()
