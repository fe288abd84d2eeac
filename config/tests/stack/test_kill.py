"""P1, P2: kill any process, or all of them, while events flow; what was acknowledged is counted, once.

Eight clients send 20,000 events in batches of ten and keep the wire contract. CI runs a short form of it.
"""

import random
import tempfile
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.rig import clients, journal
from config.rig.journal import Journal
from config.rig.stack import PROCESSES, Stack, Tenant

CLIENTS, BATCH = 8, 10
VICTIMS = [*PROCESSES, "web worker"]


def work(events: int) -> list[list[list[dict]]]:
    """Batches for each client; every client plays forty visitors."""
    each = events // CLIENTS // BATCH
    return [
        [clients.page_views(BATCH, visitor=f"client-{number}-{batch % 40}") for batch in range(each)]
        for number in range(CLIENTS)
    ]


def page_views(stack: Stack, tenant: Tenant) -> int:
    """As the API counts them; -1 while it cannot."""
    try:
        answer = stack.ask(tenant, metrics=["pageviews"], period="24h")
    except (RuntimeError, OSError):
        return -1  # something is on its way back; whoever waits for a number asks again
    return int(answer["totals"]["pageviews"])


def counted(stack: Stack, tenant: Tenant, expected: int, patience_s: float = 60) -> int:
    """Page views of the tenant once they reach what was acknowledged, or two seconds later, when a double came too."""
    end = time.monotonic() + patience_s
    while (seen := page_views(stack, tenant)) < expected and time.monotonic() < end:
        time.sleep(0.3)
    time.sleep(2)
    return max(seen, page_views(stack, tenant))


def send_while(stack: Stack, tenant: Tenant, events: int, breaking, keeps: bool = True) -> list[Journal]:
    journals: list[Journal] = []
    folder = Path(tempfile.mkdtemp(dir=stack.var))

    def send() -> None:
        journals.extend(clients.run(stack.port, tenant.key, work(events), journals=folder, keeps=keeps))

    sender = threading.Thread(target=send)
    sender.start()
    breaking(sender)
    sender.join()
    return journals


def check(stack: Stack, tenant: Tenant, journals: list[Journal]) -> None:
    acknowledged = sum(len(each.acknowledged) for each in journals)
    unanswered = sum(len(each.unanswered) for each in journals)
    refused = [one for each in journals for one in each.refused]

    stack.wait_stored()  # visits are written after events, and an answer that was lost may be waited for
    seen = counted(stack, tenant, acknowledged)

    assert refused == []
    assert acknowledged <= seen <= acknowledged + unanswered
    assert acknowledged > 0
    (dataset,) = stack.datasets([tenant])
    in_visits = stack.sql(f"SELECT sum(events) FROM sessions FINAL WHERE dataset_id = {dataset}")
    assert journal.of(stack, dataset, journals).is_clean
    assert int(in_visits) == seen  # every event belongs to one visit, and every visit counts its events once
    check_usage(stack, tenant)


def check_usage(stack: Stack, tenant: Tenant) -> None:
    """What the organization used today is in the ledger as often as it was counted for its limits."""
    bearer, today = {"Authorization": f"Bearer {tenant.token}"}, {"first": _today(), "last": _today()}
    whose = f"workspace={tenant.workspace}"
    booked = stack.request("POST", f"/api/v1/analytics/rollup?{whose}", today, **bearer)
    counted = stack.request("GET", f"/api/v1/analytics/quotas?metric=events_daily&{whose}", **bearer)

    assert booked["totals"]["events"] == counted["current"] > 0


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.faults
def test_killing_one_process_loses_and_doubles_nothing(stack, victim):
    tenant = stack.tenant(f"kill {victim} {uuid.uuid4().hex[:6]}")
    chance = random.Random(victim)

    def breaking(sender: threading.Thread) -> None:
        for _ in range(3):
            time.sleep(chance.uniform(0.5, 2.5))
            if sender.is_alive():
                stack.kill(victim)
        stack.wait_ready()

    check(stack, tenant, send_while(stack, tenant, 20_000, breaking))


def test_killing_a_few_processes_loses_and_doubles_nothing(stack):
    """The short form: 4,000 events, the processes on their path killed one after the other."""
    tenant = stack.tenant(f"short {uuid.uuid4().hex[:6]}")

    def breaking(sender: threading.Thread) -> None:
        for victim in ("writer", "eventstore", "buffer", "web worker", "web"):
            time.sleep(0.7)
            stack.kill(victim)
        stack.wait_ready()

    check(stack, tenant, send_while(stack, tenant, 4_000, breaking))


def test_killing_everything_at_once_loses_and_doubles_nothing(stack):
    tenant = stack.tenant(f"all {uuid.uuid4().hex[:6]}")

    def breaking(sender: threading.Thread) -> None:
        time.sleep(1.5)
        stack.kill_everything()
        stack.start()

    check(stack, tenant, send_while(stack, tenant, 4_000, breaking))


def test_the_checker_notices_a_lost_and_a_doubled_event(stack):
    """A checker that cannot fail proves nothing: one event is sent beside the journal, one journalled but not sent."""
    tenant = stack.tenant(f"checker {uuid.uuid4().hex[:6]}")
    (of_client,) = clients.run(stack.port, tenant.key, [[clients.page_views(5, "v1")]])
    of_client.acknowledged.append(never := str(uuid.uuid4()))

    with pytest.raises(AssertionError):
        assert counted(stack, tenant, len(of_client.acknowledged), patience_s=4) == len(of_client.acknowledged)
    (dataset,) = stack.datasets([tenant])
    assert journal.of(stack, dataset, [of_client]).lost == {never}
    of_client.acknowledged = of_client.acknowledged[1:5]
    assert len(journal.of(stack, dataset, [of_client]).unasked) == 1
    assert journal.compare(["a", "b"], [], {"a": 1, "b": 2}).doubled == {"b"}
