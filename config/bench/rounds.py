"""The same work again and again, and what it took: of all rounds the walls, and the CPU of the two who work."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from config.bench.caches import forget
from config.rig import cost
from config.rig.stack import Stack

REFERENCE = "SELECT sum(cityHash64(number)) FROM numbers(20000000) SETTINGS max_threads = 1"


@dataclass(frozen=True)
class Rounds:
    """All in ms."""

    walls: list[float]
    web: float  # CPU, the mean of the rounds
    engine: float

    @property
    def wall(self) -> float:
        return statistics.median(self.walls)

    @property
    def p95(self) -> float:
        return sorted(self.walls)[math.ceil(0.95 * len(self.walls)) - 1]


def rounds(stack: Stack, work: Callable[[], object], count: int) -> Rounds:
    """After one round to warm up; never from our cache of answers."""
    pids, walls, spent = [stack.pid("web"), stack.pid("eventstore")], [], [0.0, 0.0]
    for number in range(count + 1):
        forget(stack)
        before = [cost.cpu_seconds(pid) for pid in pids]
        began = time.perf_counter()
        work()
        wall = time.perf_counter() - began
        if number:
            walls.append(1000 * wall)
            # CPU is counted in ticks of 10 ms: a mean over the rounds says more than their median.
            spent = [one + cost.cpu_seconds(pid) - start for one, pid, start in zip(spent, pids, before, strict=True)]
    web, engine = (1000 * each / count for each in spent)
    return Rounds(walls, web, engine)


def reference(stack: Stack) -> str:
    """What never changes, measured in the same run: how busy the machine was, and how fast it is."""
    found = rounds(stack, lambda: stack.sql(REFERENCE), 5)
    return f"{found.wall:7.1f} | CPU {found.engine:7.1f}"
