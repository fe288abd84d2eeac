"""One child process: started in a group of its own, ended with its parent, stopped politely, then firmly."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.launcher.configuration import ROOT

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _at_once(pid: int) -> bool:
    return True


@dataclass(frozen=True)
class Program:
    """What to run. `ready` is asked with its pid after the start; `stop_signal` ends it within `stop_seconds`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)  # besides the supervisor's own
    ready: Callable[[int], bool] = _at_once
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 5
    output: Path | None = None  # where its standard output goes, if not to its log
    is_store: bool = False  # the others need it: started before them, stopped after them


def started_at(pid: int) -> int | None:
    """When process `pid` started, in clock ticks since boot; None if there is none. Tells a number used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in parentheses may hold anything; the 22nd field is the 20th after it.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def _end_with_parent(parent: int, how: signal.Signals) -> Callable[[], None]:
    def ask_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:  # the parent died before we could ask
            os._exit(1)

    return ask_kernel


def kill_group(pid: int) -> None:
    """Kill what is left of the group that process `pid` led."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # then nothing is left, as it should be
        os.killpg(pid, signal.SIGKILL)


class Child:
    """A running (or ended) Program. The thread that starts it must live as long as it should."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self.began = time.monotonic()
        with open(self.log, "ab") as log, open(program.output or self.log, "ab") as output:
            self.process = subprocess.Popen(
                program.command,
                cwd=ROOT,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops all in order
                preexec_fn=_end_with_parent(os.getpid(), program.stop_signal),
            )

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_running:
            self.process.send_signal(self.program.stop_signal)

    def stop(self) -> None:
        """Ask, wait for at most `stop_seconds`, then kill whatever is left of its group."""
        self.ask_to_stop()
        try:
            self.process.wait(self.program.stop_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.wait()
        kill_group(self.process.pid)

    def last_words(self, lines: int = 8) -> str:
        """The end of its log, to be shown when it does not start."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])
