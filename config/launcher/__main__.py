"""The verbs of `./metricpal`."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

from config.launcher import chromium, environment, frontend, values
from config.launcher.configuration import var_folder
from config.launcher.environment import hand_over, install, tool
from config.launcher.terminal import Refusal, say

DEV = "requirements-dev.txt"
LOCKS = {
    ".requirements.in": "requirements.txt",
    ".requirements-dev.in": DEV,
    ".requirements-node.in": ".requirements-node.txt",  # installed only where the system has no Node
}


def _set_up(lock: str) -> None:
    var_folder()
    with environment.alone():
        install(lock)
        frontend.build()


def up(arguments: Sequence[str]) -> None:
    """start everything and serve it on http://127.0.0.1:8000 (METRICPAL_PORT); Ctrl-C stops it"""
    if arguments:
        raise Refusal(f"`up` takes no further words, such as {arguments[0]!r}: settings stand in .env.example.")
    values.check()
    _set_up("requirements.txt")
    hand_over("-m", "config.embedded", "up")


def test(arguments: Sequence[str]) -> None:
    """run all tests; --faults: the long fault rigs too; further arguments go to pytest"""
    _set_up(DEV)
    chosen = [] if "--faults" in arguments else ["-m", "not faults"]
    rest = [word for word in arguments if word != "--faults"]
    with environment.alone():
        frontend.install_clients()
    chromium.offer()
    # One more than there are cores: tests with a browser or a whole MetricPal wait half of their time. The latter form
    # one group, for one worker.
    workers = ["-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist=loadgroup"]
    hand_over("-m", "pytest", *workers, *chosen, *rest)


def bench(arguments: Sequence[str]) -> None:
    """measure ingestion, writing, queries and memory; names choose, see --help"""
    _set_up(DEV)
    hand_over("-m", "config.bench", *arguments)


def demo(arguments: Sequence[str]) -> None:
    """make the demo organization again, or show its login: --show"""
    manage(["demo", *arguments])


def manage(arguments: Sequence[str]) -> None:
    """run a Django command, with the stores running: ./metricpal manage shell"""
    _set_up("requirements.txt")
    hand_over("-m", "config.embedded", "manage", *arguments)


def check(arguments: Sequence[str]) -> None:
    """style, types and layers: ruff, mypy, import-linter"""
    var_folder()
    with environment.alone():
        install(DEV)
    commands = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "."], ["lint-imports"])
    failed = [name for name, *words in commands if subprocess.run([tool(name), *words]).returncode]
    if failed:
        raise Refusal(f"Not clean: {', '.join(failed)}.")


def lock(arguments: Sequence[str]) -> None:
    """write the lock files anew from .requirements.in; --upgrade: with the newest versions"""
    var_folder()
    with environment.alone():
        install(DEV)
    for source, target in LOCKS.items():
        options = ["--no-annotate", "--python-version=3.11", "--generate-hashes", "--override=.overrides.txt"]
        quiet = ["--no-emit-find-links", "--no-emit-index-url", "--custom-compile-command=./metricpal lock", "--quiet"]
        subprocess.run([tool("uv"), "pip", "compile", source, "-o", target, *options, *quiet, *arguments], check=True)
        say(f"· {target}")


VERBS: dict[str, Callable[[Sequence[str]], None]] = {
    each.__name__: each for each in (up, test, bench, demo, manage, check, lock)
}


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] not in VERBS:
        say("MetricPal. Say what to do:\n")
        for name, verb in VERBS.items():
            say(f"  ./metricpal {name:8s}{verb.__doc__}")
        return 0 if not arguments or arguments[0] in {"help", "-h", "--help"} else 2
    try:
        VERBS[arguments[0]](arguments[1:])
    except Refusal as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        say("The disk is full. Make room and start again.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
