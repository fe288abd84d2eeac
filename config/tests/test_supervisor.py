"""The supervisor, with small programs in place of big ones: what dies is started again, what ends leaves nothing."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from config.embedded.logs import Mail
from config.embedded.only_one import Busy, only_one
from config.embedded.postgres import Postgres
from config.embedded.probes import free_port
from config.embedded.processes import Child, Program, started_at
from config.embedded.runfile import RunFile
from config.embedded.starting import start
from config.embedded.supervisor import Supervisor
from config.launcher.configuration import ROOT
from config.launcher.terminal import Refusal

SLEEPER = Program("sleeper", ["sleep", "100"])
# Runs a supervisor with one sleeper and prints the sleeper's number.
SUPERVISED = """
import pathlib, sys
from config.embedded.processes import Program
from config.embedded.runfile import RunFile
from config.embedded.supervisor import Supervisor
var = pathlib.Path(sys.argv[1])
supervisor = Supervisor(RunFile(var), var)
supervisor.start(Program("sleeper", ["sleep", "100"]))
print(supervisor.children["sleeper"].process.pid, flush=True)
supervisor.watch(lambda: None)
"""


class Enough(Exception):
    """Ends a watch."""


def until(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor(RunFile(tmp_path), tmp_path)
    yield supervisor
    supervisor.stop()


def test_a_killed_child_is_started_again(supervisor, capsys):
    supervisor.start(SLEEPER)
    first = supervisor.children["sleeper"].process.pid
    os.kill(first, signal.SIGKILL)

    def look():
        child = supervisor.children.get("sleeper")
        if child and child.process.pid != first:
            raise Enough

    with pytest.raises(Enough):
        supervisor.watch(look)

    assert supervisor.children["sleeper"].is_running
    assert "sleeper ended (killed by SIGKILL)" in capsys.readouterr().out


def test_who_keeps_dying_is_started_again_more_and_more_slowly(supervisor):
    pauses = []
    for _ in range(7):
        child = Child(Program("dying", ["false"]), supervisor.logs)
        child.process.wait()
        supervisor.children["dying"] = child
        supervisor._lay_to_rest("dying", child)
        pauses.append(round(supervisor.resting.pop("dying")[0] - time.monotonic()))

    assert pauses == [0, 1, 3, 7, 15, 30, 30]


def test_a_killed_supervisor_leaves_no_child(tmp_path):
    command = [sys.executable, "-c", SUPERVISED, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        assert started_at(child)
        process.kill()

    until(lambda: started_at(child) is None)


def test_a_program_that_never_starts_is_refused_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr("config.embedded.starting.PAUSES_SECONDS", (0.0, 0.0))

    with pytest.raises(Refusal, match="broken does not start(.|\n)*no such luck"):
        start(Program("broken", ["sh", "-c", "echo no such luck >&2; exit 1"], ready=lambda pid: False), tmp_path)


def test_who_ignores_a_polite_request_is_killed_with_its_children(tmp_path):
    deaf = "trap '' TERM; sleep 100 & echo $!; while :; do sleep 1; done"
    child = Child(Program("deaf", ["sh", "-c", deaf], stop_seconds=0.3), tmp_path)
    until(lambda: child.log.read_text().strip())
    grandchild = int(child.log.read_text())

    child.stop()

    assert not child.is_running
    until(lambda: started_at(grandchild) is None)


def test_leftovers_of_a_killed_run_are_ended(tmp_path):
    left = subprocess.Popen(["sleep", "100"], start_new_session=True)
    run_file = RunFile(tmp_path)
    run_file.remember({"sleeper": left.pid})

    assert run_file.end_leftovers() == ["sleeper"]
    assert left.wait(1) == -signal.SIGINT
    assert run_file.running() == {}


def test_a_process_that_has_only_the_same_number_is_left_alone(tmp_path):
    stranger = subprocess.Popen(["sleep", "100"], start_new_session=True)
    run_file = RunFile(tmp_path)
    run_file.update(processes={"sleeper": [stranger.pid, 12345]})

    assert run_file.end_leftovers() == []
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_port_stays_the_same_until_somebody_else_has_it(tmp_path):
    run_file = RunFile(tmp_path)
    port = run_file.port("redis")
    assert run_file.port("redis") == port

    with socket.create_server(("127.0.0.1", port)):
        assert run_file.port("redis") != port


def test_a_data_folder_has_one_user_at_a_time(tmp_path):
    with only_one(tmp_path, "me, first"), pytest.raises(Busy, match="me, first"), only_one(tmp_path, "me, second"):
        pass

    with only_one(tmp_path, "me, third"):
        assert (tmp_path / "lock").read_text() == "me, third"


def test_a_printed_mail_reaches_the_terminal_once_when_it_is_whole(tmp_path, capsys):
    end = "-" * 79 + "\n"
    (tmp_path / "mail.log").write_text(f"Subject: Old\n\nOf yesterday.\n{end}")
    mail = Mail(tmp_path)
    with open(tmp_path / "mail.log", "a") as file:
        file.write("Content-Type: text/plain\nTo: ada@example.com\nSubject: Confirm\n\n")
        file.flush()
        mail.show_new()
        assert capsys.readouterr().out == ""
        file.write(f"http://127.0.0.1:8000/confirm\n{end}")
    mail.show_new()
    mail.show_new()

    shown = capsys.readouterr().out
    assert shown.split("\n") == ["", "┌ Mail to ada@example.com: Confirm", "│ http://127.0.0.1:8000/confirm", "", ""]


@pytest.fixture
def cluster(tmp_path):
    """An empty cluster."""
    made = Postgres(tmp_path / "postgres", free_port(), "secret")
    made.prepare()
    return made


def test_what_a_power_failure_left_of_postgres_is_in_nobody_s_way(cluster, tmp_path):
    """Its pid file names a process that is another one by now."""
    pid_file = cluster.data / "postmaster.pid"
    other = subprocess.Popen(["sleep", "100"])
    try:
        pid_file.write_text(f"{other.pid}\n{cluster.data}\n1763823600\n15432\n\n127.0.0.1\n 1 1\nready   \n")
        cluster.prepare()
        child = start(cluster.program(), tmp_path)
    finally:
        other.kill()
        other.wait()

    named = pid_file.read_text()
    cluster.prepare()
    kept = pid_file.read_text()
    child.stop()
    assert kept == named  # that of one that runs
