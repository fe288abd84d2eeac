"""`./metricpal up` as a whole: stopped, killed, started again, twice at once. Nothing is left behind."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config.launcher.configuration import ROOT
from config.rig.stack import ADDRESSES, Stack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


def left_of(stack):
    """Command lines of live processes that were started with the stack's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if f"METRICPAL_VAR={stack.var}\0".encode() in (entry / "environ").read_bytes():
                found.append(command)
        except (OSError, NotADirectoryError):
            continue
    return found


def wait_until_nothing_is_left_of(stack, seconds):
    end = time.monotonic() + seconds
    while left_of(stack) and time.monotonic() < end:
        time.sleep(0.1)
    assert left_of(stack) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_takes_ten_seconds_at_most_and_leaves_nothing(how):
    with Stack() as stack:
        began = time.monotonic()
        os.kill(stack.process.pid, how)

        assert stack.process.wait(20) == 0
        assert time.monotonic() - began < 10
        assert left_of(stack) == []


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_works():
    with Stack() as stack:
        os.kill(stack.process.pid, signal.SIGKILL)
        stack.process.wait()
        wait_until_nothing_is_left_of(stack, seconds=10)

        stack.start()
        assert stack.manage("demo", "--show")


def test_a_start_straight_after_killing_everything_works_within_ten_seconds():
    with Stack() as stack:
        stack.kill_everything()

        began = time.monotonic()
        stack.start()
        assert time.monotonic() - began < 10


def test_two_run_side_by_side_each_with_its_own_data():
    with Stack() as one, Stack() as other:
        assert one.manage("demo", "--show") != other.manage("demo", "--show")

        one.stop()
        assert other.request("GET", "/health")["status"] == "healthy"


def test_stores_whose_urls_are_given_are_used_and_not_started():
    """One stack's stores are the outside world of the other."""
    with Stack() as world:
        with psycopg.connect(world.address("DATABASE_URL"), autocommit=True) as postgres:
            postgres.execute("CREATE DATABASE elsewhere")
        urls = {name: urlsplit(world.address(name)) for name in ADDRESSES.values()}
        paths = {"DATABASE_URL": "/elsewhere", "EVENT_STORE_URL": "/elsewhere", "REDIS_URL": "/7", "BUFFER_URL": "/7"}
        given = {name: url._replace(path=paths[name]).geturl() for name, url in urls.items()}
        with Stack(**given) as stack:
            running = json.loads((stack.var / "run.json").read_text())["processes"]
            tenant = stack.tenant("Outside")
            event = {"api_key": tenant.key, "events": [{"event_type": "page_view", "url": "https://a.example/"}]}
            stack.request("POST", "/api/v1/collect", event, **{"User-Agent": "Mozilla/5.0 Firefox/140.0"})
            counted = wait_for(lambda: stack.ask(tenant, metrics=["pageviews"], period="day")["totals"]["pageviews"])

        assert sorted(running) == ["beat", "live", "web", "worker", "writer"]
        assert counted == 1
        assert world.sql("SELECT count() FROM elsewhere.events WHERE host = 'a.example'") == "1"
        assert world.sql("SELECT count() FROM events WHERE host = 'a.example'") == "0"


def wait_for(ask, seconds=20):
    """What `ask` gives as soon as it is something, at the latest its last answer."""
    end = time.monotonic() + seconds
    while not (found := ask()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def test_a_second_start_in_the_same_folder_is_refused_with_the_address_of_the_first():
    with Stack() as stack:
        done = subprocess.run(
            [ROOT / "metricpal", "up"], env=stack._env(), capture_output=True, text=True, timeout=30, check=False
        )

        assert done.returncode == 1
        assert f"MetricPal is already running at http://127.0.0.1:{stack.port}" in done.stdout
