"""(a) What an acknowledged event costs the web process, fsync included."""

import argparse
import threading
import time

from config.rig import clients, cost
from config.rig.stack import Stack

SENDERS = 6


def measure(options: argparse.Namespace) -> dict[str, object]:
    """requests to /api/v1/collect, answered after the fsync, for each CPU second of the web process"""
    figures: dict[str, object] = {}
    with Stack() as stack:
        tenant = stack.tenant("bench door")
        for size in (1, 50):
            figures |= _figures(stack, tenant.key, size, options.seconds)
    return figures


def _figures(stack: Stack, key: str, size: int, seconds: float) -> dict[str, object]:
    """`size` events in each request, from SENDERS connections, for about `seconds`."""
    senders = [clients.Client(stack.port, key) for _ in range(SENDERS)]
    end = time.monotonic() + seconds
    before, log_before = cost.cpu_seconds(stack.pid("web")), cost.cpu_seconds(stack.pid("buffer"))
    began = time.monotonic()
    threads = [
        threading.Thread(target=_send_until, args=(each, number, size, end)) for number, each in enumerate(senders)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.monotonic() - began
    cpu = cost.cpu_seconds(stack.pid("web")) - before
    log_cpu = cost.cpu_seconds(stack.pid("buffer")) - log_before
    events = sum(len(each.journal.acknowledged) for each in senders)
    waits = sorted(wait for each in senders for wait in each.journal.latency_s)
    name = f"{size} event{'s' if size > 1 else ''} in a request"
    return {
        f"{name}: events a CPU second of web": round(events / cpu),
        f"{name}: CPU ms of web for an event": round(1000 * cpu / events, 3),
        f"{name}: CPU ms of the log for an event": round(1000 * log_cpu / events, 3),
        f"{name}: requests a second (wall, senders included)": round(events / size / wall),
        f"{name}: answer p50, p99 ms": [round(1000 * waits[int(len(waits) * share)], 1) for share in (0.5, 0.99)],
    }


def _send_until(client: clients.Client, number: int, size: int, end: float) -> None:
    turn = 0
    while time.monotonic() < end:
        turn += 1
        client.send(clients.page_views(size, visitor=f"bench-{number}-{turn % 200}"))
    client.close()
