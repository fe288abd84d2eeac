"""(c) From the answer to the chart: how long until an acknowledged event is counted."""

import argparse
import threading
import time
import uuid

from config.rig import clients
from config.rig.stack import Stack, Tenant

PROBES = 60
BACKGROUND_A_SECOND = 100


def measure(options: argparse.Namespace) -> dict[str, object]:
    """acknowledgement to counted by the API, with a hundred other events a second"""
    with Stack() as stack:
        tenant, noise = stack.tenant("bench latency"), stack.tenant("bench noise")
        over = threading.Event()
        crowd = threading.Thread(target=_crowd, args=(stack, noise, over))
        crowd.start()
        delays = sorted(_probe(stack, tenant) for _ in range(PROBES))
        over.set()
        crowd.join()
    return {
        "acknowledged to counted, p50 ms": round(1000 * delays[PROBES // 2]),
        "acknowledged to counted, p99 ms": round(1000 * delays[int(PROBES * 0.99)]),
    }


def _probe(stack: Stack, tenant: Tenant) -> float:
    """Seconds from the answer to the first query that counts the event, polled every 20 ms."""
    name = f"probe_{uuid.uuid4().hex[:12]}"
    client = clients.Client(stack.port, tenant.key)
    client.send([{"id": str(uuid.uuid4()), "event_type": name, "visitor_id": "probe", "properties": {}}])
    answered = time.monotonic()
    client.close()
    while True:
        found = stack.ask(tenant, metrics=["events"], period="24h", filters=[["is", "event", [name]]])
        if found["totals"]["events"]:
            return time.monotonic() - answered
        time.sleep(0.02)


def _crowd(stack: Stack, tenant: Tenant, over: threading.Event) -> None:
    client = clients.Client(stack.port, tenant.key)
    while not over.wait(10 / BACKGROUND_A_SECOND):
        client.send(clients.page_views(10, visitor=f"noise-{time.monotonic_ns() % 500}"))
    client.close()
