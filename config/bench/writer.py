"""(b) What a stored row costs: the writer and the engine together, enrichment, sessions and merges included."""

import argparse
import os
import signal
import time

import msgspec
import redis

from config.bench import backlog
from config.rig import cost
from config.rig.stack import Stack

ROWS = 300_000


def measure(options: argparse.Namespace) -> dict[str, object]:
    """rows stored for each CPU second of writer and engine, from a backlog in the log"""
    figures: dict[str, object] = {}
    with Stack() as stack:
        tenant = stack.tenant("bench writer")
        for size in (50, 1):
            figures |= _figures(stack, tenant, size)
    return figures


def _figures(stack: Stack, tenant, size: int) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """The writer is stopped while `ROWS` events are put into the log, `size` in an entry, then let go."""
    writer, engine = stack.pid("writer"), stack.pid("eventstore")
    stored = _stored(stack, tenant)
    os.kill(writer, signal.SIGSTOP)
    log = redis.Redis.from_url(stack.address("BUFFER_URL"))
    with log.pipeline(transaction=False) as pipe:
        for number, envelope in enumerate(backlog.envelopes(stack.datasets([tenant])[0], ROWS, size, seed=size)):
            pipe.xadd("log:0", {"e": msgspec.msgpack.encode(envelope)})
            if number % 500 == 0:
                pipe.execute()
        pipe.execute()
    before = {pid: cost.cpu_seconds(pid) for pid in (writer, engine)}
    os.kill(writer, signal.SIGCONT)
    began = time.monotonic()
    while _stored(stack, tenant) < stored + ROWS:
        time.sleep(0.2)
    wall = time.monotonic() - began
    time.sleep(5)  # merges of what was just written belong to the price
    writer_cpu, engine_cpu = (cost.cpu_seconds(pid) - before[pid] for pid in (writer, engine))
    name = f"{size} event{'s' if size > 1 else ''} in an entry"
    return {
        f"{name}: rows a CPU second, writer and engine": round(ROWS / (writer_cpu + engine_cpu)),
        f"{name}: CPU µs a row, writer | engine": [round(1e6 * each / ROWS, 1) for each in (writer_cpu, engine_cpu)],
        f"{name}: rows a second (wall)": round(ROWS / wall),
    }


def _stored(stack: Stack, tenant) -> int:  # type: ignore[no-untyped-def]
    return int(stack.ask(tenant, metrics=["events"], period="24h")["totals"]["events"])
