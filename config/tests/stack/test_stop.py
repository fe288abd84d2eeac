"""Processes that neither work nor die (SIGSTOP): a writer that sleeps past its lease, stores that do not answer.

What is stopped holds its sockets open, so everybody who asks it waits; that is harder than a kill.
"""

import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config.rig.stack import ROOT, Stack
from config.tests.stack.test_kill import check, send_while

FLIP_SECONDS, SEEN_SECONDS, AWAY_SECONDS = 5, 10, 60
STORES = {"buffer": "ingest_log", "postgres": "database"}
pytestmark = pytest.mark.faults


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def second_writer(stack: Stack) -> Iterator[None]:
    command = [str(ROOT / "metricpal"), "manage", "writer"]
    nowhere = subprocess.DEVNULL
    writer = subprocess.Popen(
        command, cwd=ROOT, env=stack._env(), start_new_session=True, stdout=nowhere, stderr=nowhere
    )
    try:
        yield
    finally:
        os.killpg(writer.pid, signal.SIGTERM)  # the launcher and what it started
        writer.wait(30)


def readiness(stack: Stack) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(f"{stack.url}/readiness", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def seconds_until(stack: Stack, dependency: str, is_ok: bool) -> float:
    began = time.monotonic()
    while readiness(stack)[1]["dependencies"][dependency]["ok"] != is_ok and time.monotonic() - began < 30:
        time.sleep(0.1)
    return time.monotonic() - began


def test_a_writer_that_slept_past_its_lease_changes_nothing_when_it_wakes(stack):
    """The second writer takes over in the middle of the first one's batch; the first finds its commit refused."""
    tenant = stack.tenant(f"zombie {uuid.uuid4().hex[:6]}")

    def breaking(sender: threading.Thread) -> None:
        time.sleep(1)
        with second_writer(stack):
            for _ in range(2):
                with stopped(stack.pid("writer")):
                    time.sleep(12)  # twice the lease
                time.sleep(2)

    check(stack, tenant, send_while(stack, tenant, 20_000, breaking))


def test_while_the_event_store_hangs_events_are_acknowledged_and_wait_in_sight(stack):
    """P5: all are acknowledged though nothing can be stored, one sees them wait, and they are caught up with."""
    tenant = stack.tenant(f"store {uuid.uuid4().hex[:6]}")
    seen: list[float] = []

    def breaking(sender: threading.Thread) -> None:
        time.sleep(0.5)
        began = time.monotonic()
        with stopped(stack.pid("eventstore")):
            seen.append(seconds_until_seen(stack, "degraded"))
            sender.join()
            time.sleep(max(0, AWAY_SECONDS - (time.monotonic() - began)))
        seen.append(time.monotonic() - began)
        stack.wait_stored(2 * seen[-1])
        seen.append(time.monotonic() - began - seen[-1])

    journals = send_while(stack, tenant, 20_000, breaking)

    noticed, away, caught_up = seen
    print(f"seen after {noticed:.1f} s; away {away:.0f} s, caught up within {caught_up:.1f} s")
    check(stack, tenant, journals)
    assert noticed < SEEN_SECONDS
    assert caught_up < 2 * away
    assert {status for each in journals for status in each.statuses} == {200}


def seconds_until_seen(stack: Stack, status: str) -> float:
    """Until /readiness says so and how many requests wait."""
    began = time.monotonic()
    while time.monotonic() - began < 30:
        told = readiness(stack)[1]
        if told["status"] == status and told["analytics"]["waiting"]:
            break
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.mark.parametrize("store", ["buffer", "postgres"])
def test_readiness_follows_a_store_within_five_seconds_each_way(stack, store):
    """Events are taken without either of them, so it stays 200 and says which one is away."""
    with stopped(stack.pid(store)):
        if store == "postgres":  # its connections are served by processes of their own
            for child in children(stack.pid(store)):
                os.kill(child, signal.SIGSTOP)
        gone = seconds_until(stack, STORES[store], is_ok=False)
        for child in children(stack.pid(store)):
            os.kill(child, signal.SIGCONT)
    back = seconds_until(stack, STORES[store], is_ok=True)

    assert gone < FLIP_SECONDS
    assert back < FLIP_SECONDS


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(each) for each in file.read().split()]
