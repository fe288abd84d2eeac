"""Real writer processes, killed and stopped while events flow: acknowledged means counted, once."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from django.conf import settings

from tracking import buffer, store
from tracking.tests.building import envelope, event, stored, wait_until

KILLS = 3
# Of each client. librdkafka's mock brokers keep five megabytes: of more, sent while no writer is up, they lose some.
EVERY_S = 0.02


class Process:
    def __init__(self, folder: Path) -> None:
        self.output = folder / uuid.uuid4().hex
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, settings.BASE_DIR / "manage.py", "writer"],
                env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings_test", "METRICPAL_VAR": str(folder)},
                stderr=output,
            )

    @property
    def lease(self) -> int:
        """Of the lease it got last; 0 while it stands by."""
        return max(map(int, re.findall(r"writing, with lease (\d+)", self.output.read_text())), default=0)

    def end(self, sign: int) -> None:
        self.process.send_signal(sign)
        self.process.wait(timeout=10)


@pytest.fixture
def start(empty_log: None, tmp_path: Path) -> Iterator[type[Process]]:
    running: list[Process] = []

    def begin() -> Process:
        running.append(Process(tmp_path))
        return running[-1]

    yield begin  # type: ignore[misc]
    for each in running:
        if each.process.poll() is None:
            each.process.send_signal(signal.SIGCONT)
            each.end(signal.SIGKILL)


class Senders:
    """Four clients that send visits of several events, some of them twice, and note what was acknowledged."""

    def __init__(self, dataset: int) -> None:
        self.dataset, self.sent = dataset, 0
        self.stop, self._lock = threading.Event(), threading.Lock()
        self.threads = [threading.Thread(target=self._send, args=(seed,)) for seed in range(4)]

    def _send(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self.stop.wait(EVERY_S):
            events = [event(visitor=chance.randrange(1, 200)) for _ in range(chance.randrange(1, 20))]
            packed = msgspec.msgpack.encode(envelope(self.dataset, *events))
            buffer.append({0: packed}, uuid.uuid4().bytes)
            if chance.random() < 0.1:
                buffer.append({0: packed}, uuid.uuid4().bytes)
            with self._lock:
                self.sent += len(events)

    def __enter__(self) -> "Senders":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def active(*processes: Process) -> Process:
    """The one that writes, once one does."""
    wait_until(lambda: any(each.lease for each in processes), seconds=60)
    return max(processes, key=lambda each: each.lease)


def wait_until_taken_over(from_writer: Process, *by: Process) -> None:
    wait_until(lambda: any(each.lease > from_writer.lease for each in by), seconds=60)


def assert_each_counts_once(dataset: int, sent: int) -> None:
    assert sent > 1000
    wait_until(lambda: min(stored(dataset)) >= sent, seconds=60)
    assert stored(dataset) == (sent, sent)
    distinct = "SELECT uniqExact(event_id), uniqExact(session_id) FROM events"
    visits = store.query("SELECT count() FROM sessions FINAL", dataset_id=dataset).rows[0][0]
    assert store.query(distinct, dataset_id=dataset).rows == [(sent, visits)]


def test_killed_again_and_again_the_writers_count_every_acknowledged_event_once(start, dataset):
    writers = [start(), start()]
    with Senders(dataset) as senders:
        for seed in range(KILLS):
            victim = active(*writers)
            time.sleep(random.Random(seed).uniform(0, 0.5))  # the waiting backlog is being stored
            victim.end(signal.SIGKILL)
            writers = [*(each for each in writers if each is not victim), start()]
            wait_until_taken_over(victim, *writers)
    assert_each_counts_once(dataset, senders.sent)


def test_a_writer_that_wakes_up_after_another_took_over_counts_nothing_twice(start, dataset):
    writers = [start(), start()]
    with Senders(dataset) as senders:
        sleeper = active(*writers)
        time.sleep(0.7)
        sleeper.process.send_signal(signal.SIGSTOP)
        wait_until_taken_over(sleeper, *writers)
        sleeper.process.send_signal(signal.SIGCONT)
    assert_each_counts_once(dataset, senders.sent)


def test_a_writer_told_to_stop_leaves_at_once_and_the_next_one_begins_at_once(start, dataset):
    first = start()
    active(first)
    second = start()
    first.end(signal.SIGTERM)
    assert first.process.returncode == 0
    assert active(second).lease > first.lease
