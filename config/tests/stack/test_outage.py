"""P4 to P6, P15: log, store or PostgreSQL away, a restart in the middle: events are acknowledged, and counted once."""

import json
import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from functools import partial
from statistics import quantiles

import pytest

from config.rig import clients, cost
from config.rig.journal import Journal
from config.rig.stack import Stack
from config.tests.stack.test_kill import check, send_while
from config.tests.stack.test_stop import children, stopped

PATIENCE_SECONDS = 30
AWAY_SECONDS, SHOWN_SECONDS = 60, 10


def statuses(journals) -> Counter[int]:
    return sum((Counter(each.statuses) for each in journals), Counter())


def wait_until_kept(stack: Stack) -> int:
    """Bytes in the spools as soon as there are some."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := sum(path.stat().st_size for path in (stack.var / "spool").glob("*.spool"))):
        assert time.monotonic() < end, "nothing is kept"
        time.sleep(0.1)
    return found


def test_while_the_log_hangs_events_are_acknowledged_also_over_a_kill_and_counted_once(stack):
    tenant = stack.tenant(f"log {uuid.uuid4().hex[:6]}")
    kept: list[int] = []

    def breaking(sender: threading.Thread) -> None:
        time.sleep(0.3)
        with stopped(stack.pid("buffer")):
            kept.append(wait_until_kept(stack))
            stack.kill("web worker")
            time.sleep(1)
        stack.wait_ready()

    journals = send_while(stack, tenant, 8_000, breaking)

    check(stack, tenant, journals)
    assert kept[0] > 0
    assert set(statuses(journals)) <= {200, 0}  # 0: of the worker that was killed


@pytest.mark.faults
def test_while_the_log_hangs_answers_are_as_fast_as_the_spool_from_the_first_moment(stack):
    """P4's 250 ms, beside what a machine busy with others adds."""
    tenant, done = stack.tenant(f"fast {uuid.uuid4().hex[:6]}"), threading.Event()
    works = [clients.until(done, f"client-{number}", pause_s=0.02) for number in range(8)]
    journals: list[Journal] = []
    sender = threading.Thread(target=lambda: journals.extend(clients.run(stack.port, tenant.key, works)))
    sender.start()
    time.sleep(3)
    with stopped(stack.pid("buffer")):
        silent_at = time.monotonic()
        time.sleep(8)
        done.set()
        sender.join()

    waits = [each for journal in journals for each in zip(journal.first_tries, journal.latency_s, strict=True)]
    before = quantiles([wait for at, wait in waits if at < silent_at - 1], n=100)[98]
    during = quantiles([wait for at, wait in waits if at > silent_at], n=100)[98]
    longest = max(wait for at, wait in waits if at > silent_at - 1)
    print(f"p99 before {before * 1000:.0f} ms, during {during * 1000:.0f} ms, longest {longest * 1000:.0f} ms")
    check(stack, tenant, journals)
    assert during < before + 0.25
    assert set(statuses(journals)) == {200}


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(3))
def test_the_log_and_the_web_process_die_again_and_again(stack, seed):
    tenant = stack.tenant(f"spool {seed} {uuid.uuid4().hex[:6]}")
    chance = random.Random(seed)

    def breaking(sender: threading.Thread) -> None:
        for _ in range(4):
            time.sleep(chance.uniform(0.2, 1.5))
            stack.kill("buffer")
            time.sleep(chance.uniform(0, 0.5))
            stack.kill(chance.choice(["web", "web worker"]))
        stack.wait_ready()

    journals = send_while(stack, tenant, 20_000, breaking)
    check(stack, tenant, journals)


@pytest.mark.faults
def test_without_postgresql_known_keys_go_on_and_unknown_ones_are_asked_to_come_back(stack):
    tenant = stack.tenant(f"database {uuid.uuid4().hex[:6]}")
    for _ in range(20):  # both workers know the key
        clients.run(stack.port, tenant.key, [[clients.page_views(1, "v")]])
    unknown: list[int] = []

    def breaking(sender: threading.Thread) -> None:
        family = [stack.pid("postgres"), *children(stack.pid("postgres"))]
        for each in family:
            os.kill(each, signal.SIGSTOP)
        try:
            time.sleep(8)
            unknown.append(status_of(stack, "mp_live_" + uuid.uuid4().hex))
        finally:
            for each in family:
                os.kill(each, signal.SIGCONT)
        stack.wait_ready()

    journals = send_while(stack, tenant, 20_000, breaking)

    longest = max(wait for each in journals for wait in each.latency_s)
    print(f"longest {longest * 1000:.0f} ms")
    assert longest < 4  # frozen for eight seconds: nobody waited for its end
    assert unknown == [503]
    assert sum(len(each.unanswered) + len(each.refused) for each in journals) == 0
    assert statuses(journals)[200] >= 2_000 - 20


def status_of(stack: Stack, key: str) -> int:
    body = json.dumps({"events": clients.page_views(1, "v")}).encode()
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{stack.url}/api/v1/collect", body, headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.faults
@pytest.mark.parametrize("keeps", [True, False], ids=["kept connections", "new connections"])
def test_a_rolling_restart_under_load_costs_nobody_an_answer(stack, keeps):
    """SIGHUP: new workers take over, the old ones finish what they have."""
    tenant = stack.tenant(f"rolling {uuid.uuid4().hex[:6]}")

    def breaking(sender: threading.Thread) -> None:
        for _ in range(2):
            time.sleep(1)
            before = set(cost.family(stack.pid("web")))
            os.kill(stack.pid("web"), signal.SIGHUP)
            end = time.monotonic() + PATIENCE_SECONDS
            while before & set(cost.family(stack.pid("web"))) != {stack.pid("web")} and time.monotonic() < end:
                time.sleep(0.1)

    journals = send_while(stack, tenant, 20_000, breaking, keeps)

    check(stack, tenant, journals)
    # An old worker ends the connections that it keeps open for the next request: no answer was on its way there.
    ended = 2 * 2 * 8 if keeps else 0
    assert statuses(journals)[0] <= ended
    assert set(statuses(journals)) <= {200, 0}


@pytest.mark.faults
@pytest.mark.parametrize("packs", [False, True], ids=["plain", "compressed"])
def test_while_the_store_is_away_nothing_is_refused_and_what_waits_is_caught_up_with(stack, packs):
    """P5, scaled down. Compressed bodies come by the other door."""
    tenant, done = stack.tenant(f"store {uuid.uuid4().hex[:6]}"), threading.Event()
    # The stand-in for Kafka keeps 20 MB, which a faster crowd fills in a minute.
    works = [clients.until(done, f"client-{number}", pause_s=0.1) for number in range(8)]
    journals: list[Journal] = []
    sent = partial(clients.run, stack.port, tenant.key, works, packs=packs)
    sender = threading.Thread(target=lambda: journals.extend(sent()))
    log_mb = cost.memory_mb(stack.pid("buffer"))
    with stopped(stack.pid("eventstore")):
        sender.start()
        time.sleep(SHOWN_SECONDS)
        shown = stack.request("GET", "/readiness")["analytics"]["waiting"]
        time.sleep(AWAY_SECONDS - SHOWN_SECONDS)
        done.set()
        sender.join()
        log_mb = cost.memory_mb(stack.pid("buffer")) - log_mb
    back_at = time.monotonic()
    stack.wait_stored(2 * AWAY_SECONDS + PATIENCE_SECONDS)
    caught_up_s = time.monotonic() - back_at

    rate = sum(len(each.acknowledged) for each in journals) / AWAY_SECONDS
    print(f"{rate:.0f} events/s, {log_mb:.0f} MB more of the log's memory; caught up in {caught_up_s:.0f} s")
    assert shown > 0
    assert set(statuses(journals)) == {200}
    assert caught_up_s < 2 * AWAY_SECONDS
    check(stack, tenant, journals)
