"""Keeps the children running: starts them in order, starts them again when they die, stops them in reverse."""

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from config.embedded.processes import Child, Program, kill_group
from config.embedded.runfile import RunFile
from config.embedded.starting import start, wait_until_ready
from config.launcher.terminal import Refusal, say

LOOK_SECONDS = 0.2
# Before the first new start there is no pause: most deaths are accidents. Who keeps dying waits longer and longer.
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 30.0


class Supervisor:
    def __init__(self, run_file: RunFile, logs: Path) -> None:
        self.run_file, self.logs = run_file, logs
        self.children: dict[str, Child] = {}
        self.failures: dict[str, int] = {}  # deaths in a row, by name
        self.resting: dict[str, tuple[float, Program]] = {}  # when to start which again

    def start(self, program: Program) -> None:
        """Start one and wait until it is ready. Raises Refusal if it never is."""
        self.children[program.name] = start(program, self.logs)
        self._remember()

    def start_together(self, programs: Sequence[Program]) -> None:
        """Start all, then wait for all: their imports share the processors."""
        for program in programs:
            self.children[program.name] = Child(program, self.logs)
        self._remember()
        for program in programs:
            if not wait_until_ready(self.children[program.name]):
                child = self.children[program.name]
                raise Refusal(f"{program.name} does not start. The end of {child.log}:\n{child.last_words()}")

    def watch(self, meanwhile: Callable[[], None]) -> None:
        """Until a signal raises KeyboardInterrupt. `meanwhile` is called on each round."""
        while True:
            for name, child in list(self.children.items()):
                if not child.is_running:
                    self._lay_to_rest(name, child)
            for name, (moment, program) in list(self.resting.items()):
                if time.monotonic() >= moment:
                    self._start_again(name, program)
            meanwhile()
            time.sleep(LOOK_SECONDS)

    def _lay_to_rest(self, name: str, child: Child) -> None:
        kill_group(child.process.pid)  # orphans would hold its port
        lived = time.monotonic() - child.began
        self.failures[name] = 0 if lived > HEALTHY_SECONDS else self.failures.get(name, 0) + 1
        pause = min(LONGEST_PAUSE_SECONDS, (2 ** self.failures[name] - 2) / 2) if self.failures[name] else 0
        again = "starting it again" if pause < 1 else f"starting it again in {pause:.0f} s; see {child.log}"
        say(f"! {name} ended ({_how(child.process.returncode)}); {again}")
        self.resting[name] = (time.monotonic() + pause, child.program)
        del self.children[name]

    def _start_again(self, name: str, program: Program) -> None:
        del self.resting[name]
        self.children[name] = Child(program, self.logs)
        self._remember()

    def _remember(self) -> None:
        self.run_file.remember({name: child.process.pid for name, child in self.children.items()})

    def stop(self) -> None:
        """First those who work, all at once, then the stores they work with."""
        for is_store in (False, True):
            ending = [child for child in self.children.values() if child.program.is_store == is_store]
            for child in ending:
                child.ask_to_stop()
            for child in ending:
                child.stop()
        self.children = {}
        self._remember()


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
