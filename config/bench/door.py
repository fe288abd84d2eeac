"""(a) What an acknowledged event costs from the socket to the merged row, fsync included; and each stage of it."""

import argparse
import time

from config.bench import senders, stages, storing
from config.bench.overview import use
from config.rig import clients, cost
from config.rig.stack import Stack, Tenant

CONNECTIONS = {1: 64, 50: 16}  # for requests of so many events
PROCESSES = {"web": "web", "the log": "buffer", "the writer": "writer", "the event store": "eventstore"}
MERGING_S = 5  # merges of what was written belong to the price


def measure(options: argparse.Namespace) -> dict[str, object]:
    """an acknowledged event: CPU of every process, requests a second at saturation, and each stage beside its floor"""
    found: dict[str, object] = {}
    with Stack() as stack:
        use(stack)
        tenant = stack.tenant("bench door")
        for size in CONNECTIONS:
            figures(stack, tenant, size, 1)  # caches fill, connections open
            found |= figures(stack, tenant, size, options.seconds)
        for size in CONNECTIONS:
            found |= stages.measured(tenant.key, size) | storing.measured(stack, tenant, size)
    return found


def figures(
    stack: Stack, tenant: Tenant, size: int, seconds: float, connections: int | None = None
) -> dict[str, object]:
    """`size` events in each request, from CONNECTIONS or `connections`, for about `seconds`, until all are stored."""
    from tracking import buffer

    connections = connections or CONNECTIONS[size]
    before = {name: cost.cpu_seconds(stack.pid(process)) for name, process in PROCESSES.items()}
    sent = senders.saturate(stack.port, tenant.key, size, connections, seconds)
    while buffer.waiting():
        time.sleep(0.2)
    time.sleep(MERGING_S)
    events, name = sent.requests * size, f"{size} event{'s' if size > 1 else ''} in a request"
    spent = {
        of: 1000 * (cost.cpu_seconds(stack.pid(process)) - before[of]) / events for of, process in PROCESSES.items()
    }
    return {
        f"{name}: events a CPU second of web": round(1000 / spent["web"]),
        **{f"{name}: CPU ms of {of} for an event": round(each, 4) for of, each in spent.items()},
        f"{name}: CPU ms of all of them for an event": round(sum(spent.values()), 4),
        f"{name}: requests a second, {connections} connections (senders on the same cores)": round(
            sent.requests / sent.seconds
        ),
        f"{name}: answer p50, p99 ms": [sent.wait_ms(0.5), sent.wait_ms(0.99)],
    }


def send_until(client: clients.Client, number: int, size: int, end: float) -> None:
    """Requests of `size` events, one after the other."""
    turn = 0
    while time.monotonic() < end:
        turn += 1
        client.send(clients.page_views(size, visitor=f"bench-{number}-{turn % 200}"))
    client.close()
