"""What can go wrong for a while, to one process, line or disk of a stack, and schedules of it drawn from a seed."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import NamedTuple

from config.rig import cost
from config.rig.disk import Disk
from config.rig.lines import Lined
from config.rig.link import MODES, OK, Link

STORES = ("buffer", "eventstore")
STOPPED = ("writer", "web worker", "redis", "postgres", *STORES)  # holding their sockets open, answering nobody
Faults = dict[str, Callable[[], AbstractContextManager[None]]]


class Round(NamedTuple):
    """After a pause, these go wrong together."""

    pause_s: float
    names: list[str]
    seconds: float


def faults(lined: Lined) -> Faults:
    """By name: "kill web", "stop postgres", "cut log refuse", "fill buffer" … The first word is the kind."""
    lines = {"log": lined.log, "store": lined.store}
    victims = [*lined.stack.processes, "web worker", *STORES]
    return {
        **{f"kill {each}": partial(_killed, lined, each) for each in victims},
        **{f"stop {each}": partial(_stopped, lined, each) for each in STOPPED},
        **{f"cut {name} {mode}": partial(_cut, lines[name], mode) for name in lines for mode in MODES},
        **{f"fill {name}": partial(_filled, disk) for name, disk in lined.disks.items()},
    }


def drawn(seed: int, names: list[str], rounds: int) -> list[Round]:
    """A schedule. Of each kind as many as of any other, one or two at a time; a seed always gives the same."""
    chance, kinds = random.Random(seed), sorted({name.split()[0] for name in names})
    turns = [kinds[number % len(kinds)] for number in range(rounds)]
    chance.shuffle(turns)
    schedule = []
    for kind in turns:
        some = [chance.choice([name for name in names if name.startswith(kind)])]
        if chance.random() < 0.3:
            some.append(chance.choice([name for name in names if name.split()[1] != some[0].split()[1]]))
        schedule.append(Round(chance.uniform(0.1, 0.6), some, chance.uniform(0.3, 1.7)))
    return schedule


def run(found: Faults, schedule: list[Round]) -> None:
    """Everything is as it was afterwards, or on its way there."""
    for each in schedule:
        time.sleep(each.pause_s)
        with ExitStack() as wrong:
            for name in each.names:
                wrong.enter_context(found[name]())
            time.sleep(each.seconds)


def _pid(lined: Lined, name: str) -> int:
    return lined.stack.worker() if name == "web worker" else lined.pid(name)


@contextmanager
def _killed(lined: Lined, name: str) -> Iterator[None]:
    with contextlib.suppress(KeyError, ProcessLookupError):  # it is dead already
        os.kill(_pid(lined, name), signal.SIGKILL)
    yield


@contextmanager
def _stopped(lined: Lined, name: str) -> Iterator[None]:
    try:
        family = cost.family(_pid(lined, name))
    except KeyError:
        family = []
    _signal(family, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(family, signal.SIGCONT)


def _signal(family: list[int], number: signal.Signals) -> None:
    for each in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, number)


@contextmanager
def _cut(link: Link, mode: str) -> Iterator[None]:
    link.mode = mode
    try:
        yield
    finally:
        link.mode = OK


@contextmanager
def _filled(disk: Disk) -> Iterator[None]:
    disk.fill()
    try:
        yield
    finally:
        disk.empty()
