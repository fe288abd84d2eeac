"""`./metricpal` before anything is installed: what it says when something is missing."""

import os
import socket
import subprocess
import sys

import pytest

from config.embedded import surroundings, up
from config.embedded.only_one import only_one
from config.embedded.runfile import RunFile
from config.launcher import configuration, stamps, values
from config.launcher.configuration import ROOT
from config.launcher.running import run
from config.launcher.terminal import Refusal


def metricpal(*words, **environment):
    """Its exit code and everything it prints."""
    done = subprocess.run(["/bin/sh", ROOT / "metricpal", *words], env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def embedded(*words, **environment):
    """The same after the set-up, in the environment that runs the tests."""
    command = [sys.executable, "-m", "config.embedded", *words]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def fake_python(folder, answers):
    """A python3.11 that is new enough and whose `import venv` gives the exit code `answers`."""
    path = folder / "python3.11"
    path.write_text(
        f'#!/bin/sh\ncase "$2" in *version_info\\ *) exit 0;; *venv*) exit {answers};; *) echo 3.11;; esac\n'
    )
    path.chmod(0o755)


def test_it_is_found_by_a_shell_that_is_told_no_folder():
    done = subprocess.run(["/bin/sh", "metricpal", "help"], cwd=ROOT, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("MetricPal.")


def test_whoever_is_at_home_in_the_demo_is_told_no_password_and_no_key_that_is_none():
    login = {"email": "demo@example.com", "password": "", "key": "", "workspace": "demo-shop"}

    told = up._welcome("http://127.0.0.1:8000", login)

    assert "http://127.0.0.1:8000/w/demo-shop/" in told
    assert "demo@example.com  (with the password you chose)" in told
    assert "snippet" not in told


def test_a_command_beside_a_start_waits_until_the_stores_are_prepared(tmp_path):
    environment = os.environ | {"METRICPAL_VAR": str(tmp_path)}
    command = [sys.executable, "-m", "config.embedded", "manage", "version"]
    with only_one(tmp_path, f"{up.RUNNING} at http://127.0.0.1:8000 (process 1)."):
        asked = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            asked.wait(1.5)

        (tmp_path / "secrets").mkdir()
        surroundings.keep(tmp_path, {"SITE_URL": "http://127.0.0.1:8000"})
        RunFile(tmp_path).remember({"postgres": os.getpid(), "web": os.getpid()})

        assert asked.communicate(timeout=30)[0].startswith("5.")
        assert asked.returncode == 0


def test_without_python_it_says_what_to_install(tmp_path):
    code, text = metricpal(PATH=str(tmp_path))

    assert code == 1
    assert text == (
        "MetricPal needs Python 3.11 or newer, and none was found. "
        "Install it: apt-get install python3.11 python3.11-venv\n"
    )


def test_a_python_without_venv_is_named_with_its_package(tmp_path):
    fake_python(tmp_path, answers=1)

    code, text = metricpal(PATH=str(tmp_path))

    assert code == 1
    assert "apt-get install python3.11-venv" in text


def test_alone_it_lists_its_verbs_a_line_each():
    code, text = metricpal(PATH=os.environ["PATH"])

    assert code == 0
    verbs = [line.split()[1] for line in text.splitlines() if line.startswith("  ./metricpal")]
    assert verbs == ["up", "test", "bench", "demo", "manage", "check", "lock"]


def test_an_unknown_verb_is_an_error_and_lists_them_too():
    code, text = metricpal("fly", PATH=os.environ["PATH"])

    assert code == 2
    assert "./metricpal up" in text


def test_a_taken_port_is_named_with_the_way_out(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, text = embedded("up", METRICPAL_PORT=str(port), METRICPAL_VAR=str(tmp_path))

    assert code == 1
    assert f"Port {port}, meant for pages, is taken by another program." in text
    assert f"METRICPAL_PORT={port + 10}" in text
    assert "Traceback" not in text


@pytest.mark.parametrize("port", ["eighty", "0", "65535", "-1"])
def test_a_port_that_is_none_is_refused(port, monkeypatch):
    monkeypatch.setenv("METRICPAL_PORT", port)

    with pytest.raises(Refusal, match="Give a number between 1 and 65534"):
        configuration.port()


def test_a_folder_that_cannot_be_written_is_named():
    code, text = embedded("up", METRICPAL_VAR="/proc/metricpal")

    assert code == 1
    assert "/proc/metricpal cannot be written" in text
    assert "METRICPAL_VAR" in text
    assert "Traceback" not in text


def test_a_failed_step_gives_cause_end_of_output_and_the_log(tmp_path, monkeypatch):
    monkeypatch.setenv("METRICPAL_VAR", str(tmp_path))
    script = "echo 'OSError: [Errno 28] No space left on device'; exit 1"

    with pytest.raises(Refusal) as refusal:
        run(["sh", "-c", script], what="Installing")

    text = str(refusal.value)
    assert text.startswith("The disk is full.")
    assert "Errno 28" in text
    assert str(tmp_path / "log/setup.log") in text
    assert "Errno 28" in (tmp_path / "log/setup.log").read_text()


def test_a_stamp_knows_names_and_contents(tmp_path):
    note, source = tmp_path / "note", tmp_path / "source"
    source.write_text("one")
    stamps.mark_done(note, stamps.digest([source]))
    assert stamps.is_done(note, stamps.digest([source]))

    source.write_text("two")
    assert not stamps.is_done(note, stamps.digest([source]))


@pytest.mark.parametrize(
    "name, value, sentence",
    [
        ("WEB_WORKERS", "two", "WEB_WORKERS is 'two': not a whole number. Write WEB_WORKERS=0, for example."),
        ("DEBUG", "maybe", "DEBUG is 'maybe': not true or false. Write DEBUG=false, for example."),
        ("REDIS_URL", "pass@host", "REDIS_URL is not an address of Valkey or Redis. "
         "Write REDIS_URL=redis://:password@host:6379/0, for example."),
    ],
)  # fmt: skip
def test_a_setting_of_another_kind_is_named_before_anything_starts(name, value, sentence):
    code, text = metricpal("up", PATH=os.environ["PATH"], **{name: value})

    assert (code, text) == (1, sentence + "\n")


def test_what_django_takes_is_taken():
    values.check({"DATABASE_URL": "postgresql://a:b@c/d", "REDIS_URL": "rediss://c", "DEBUG": "True", "HTTPS": "on",
                  "EVENT_STORE_URL": "https://a:b@c:8443/d", "SPOOL_MB": "", "QUERY_MAX_ROWS": " 5 "})  # fmt: skip


def test_up_takes_no_words():
    code, text = metricpal("up", "--port=9000", PATH=os.environ["PATH"])

    assert (code, text) == (1, "`up` takes no further words, such as '--port=9000': settings stand in .env.example.\n")
