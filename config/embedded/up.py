"""`./metricpal up` and `./metricpal manage`: the stores, the preparation, then everything else until Ctrl-C."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.embedded import logs, surroundings
from config.embedded.only_one import Busy, only_one
from config.embedded.probes import port_is_free
from config.embedded.programs import programs
from config.embedded.runfile import RunFile
from config.embedded.stores import embedded
from config.embedded.supervisor import Supervisor
from config.launcher.configuration import ROOT, configured, port, var_folder
from config.launcher.terminal import Refusal, say, step

NEEDED_BYTES = 300_000_000  # empty stores, and room for the first days
RUNNING = "MetricPal is already running"
STARTING_SECONDS = 180  # a first start makes the demo
WORKING = frozenset({"web", "live", "writer", "worker", "beat"})  # one of them lives: the stores are prepared


def up() -> None:
    """Everything, until a signal says stop."""
    began, var, web_port = time.monotonic(), var_folder(), port()
    address = f"http://127.0.0.1:{web_port}"
    os.umask(0o077)  # what the children write is their owner's alone
    _end_on_signals()
    try:
        with only_one(var, f"{RUNNING} at {address} (process {os.getpid()})."):
            _check_space(var)
            _check_ports(web_port)
            _serve(var, web_port, address, began)
    except Busy as busy:
        raise Refusal(f"{busy} For a second one, set METRICPAL_PORT and METRICPAL_VAR.") from None


def manage(arguments: Sequence[str]) -> int:
    """Run a Django command with the stores of a running `up`, or with stores started for as long as it takes."""
    var, command = var_folder(), [sys.executable, str(ROOT / "manage.py"), *arguments]
    try:
        with only_one(var, f"A command is at work here (process {os.getpid()})."), _stores(var, port()):
            signal.signal(signal.SIGINT, lambda number, frame: None)  # Ctrl-C is the command's; we wait for its end
            return subprocess.run(command).returncode
    except Busy as busy:
        _wait_while_starting(var, str(busy))
        os.environ.update(surroundings.of_running(var))
        return subprocess.run(command).returncode


def _wait_while_starting(var: Path, who: str) -> None:
    """Before the stores are up and prepared a command would find nothing, or half of it."""
    deadline = time.monotonic() + STARTING_SECONDS
    while who.startswith(RUNNING) and not WORKING & RunFile(var).running().keys():
        if time.monotonic() > deadline:
            raise Refusal("MetricPal is starting here and not ready yet. Say it again when it is.")
        time.sleep(0.2)


def _end_on_signals() -> None:
    """SIGTERM and a closed terminal end as Ctrl-C does: by KeyboardInterrupt, once. Nothing disturbs the stopping."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, frame: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in signals:
        signal.signal(each, end)


def _check_space(var: Path) -> None:
    free = shutil.disk_usage(var).free
    if free < NEEDED_BYTES:
        raise Refusal(f"The disk of {var} has {free / 1e6:.0f} MB left. Make room for {NEEDED_BYTES / 1e6:.0f} MB.")


def _check_ports(web_port: int) -> None:
    for number, use in ((web_port, "pages"), (web_port + 1, "live updates")):
        if not port_is_free(number):
            raise Refusal(
                f"Port {number}, meant for {use}, is taken by another program. "
                f"Choose another: METRICPAL_PORT={web_port + 10} ./metricpal up"
            )


@contextmanager
def _stores(var: Path, web_port: int) -> Iterator[Supervisor]:
    """The embedded stores, with their addresses in our own environment. At the end all children are stopped."""
    run_file = RunFile(var)
    for name in run_file.end_leftovers():
        say(f"· {name} was left by an earlier run and is stopped")
    logs.rotate(var / "log")
    supervisor = Supervisor(run_file, var / "log")
    stores = embedded(var, configured(), run_file.port)
    environment = surroundings.surroundings(var, web_port, stores, configured())
    os.environ.update(environment)
    surroundings.keep(var, environment)
    try:
        for program in stores.programs:
            supervisor.start(program)
        yield supervisor
    finally:
        supervisor.stop()


def _serve(var: Path, web_port: int, address: str, began: float) -> None:
    say("· Starting the stores …")
    with _stores(var, web_port) as supervisor:
        _empty(var / "metrics")
        with step("Preparing the stores"):
            login = _prepare(var)
        with step("Starting web, live, writer, worker, beat"):
            supervisor.start_together(programs(var, web_port))
        say(_welcome(address, login))
        say(f"Ready in {time.monotonic() - began:.1f} s. Ctrl-C stops everything.\n")
        try:
            supervisor.watch(meanwhile=logs.Mail(var / "log").show_new)
        except KeyboardInterrupt:
            say("\nStopping …")
    say("Stopped.")


def _empty(metrics: Path) -> None:
    """Counters begin at nought with each run; files of processes long gone would be added up."""
    for file in metrics.iterdir():
        file.unlink()


def _prepare(var: Path) -> dict[str, str] | None:
    """Migrations, and the demo on the first run. How to sign in to the demo, if there is one."""
    log = var / "log/prepare.log"
    with open(log, "w") as errors:
        command = [sys.executable, "-m", "config.prepare"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True)
    if done.returncode:
        words = "\n".join(log.read_text().splitlines()[-8:])
        raise Refusal(f"The stores could not be prepared. The end of {log}:\n{words}")
    login: dict[str, str] | None = json.loads(done.stdout.splitlines()[-1])
    return login


def _welcome(address: str, login: dict[str, str] | None) -> str:
    if login is None:
        return f"\nMetricPal     {address}\nSign up       {address}/accounts/signup/"
    lines = [
        f"\nMetricPal     {address}/w/{login['workspace']}/",
        f"Sign in as    {login['email']}  {login['password'] or '(with the password you chose)'}",
    ]
    if key := login["key"]:
        lines.append(f'Your snippet  <script src="{address}/trackingscript.js" data-apikey="{key}" async></script>')
    return "\n".join(lines)
