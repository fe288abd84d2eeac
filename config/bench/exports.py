"""(g) Exports of events in the background: how long one takes, and what the worker's memory does meanwhile.

A million events in all four formats take three to four minutes of a machine that does nothing else.
"""

import argparse
import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from config.bench import dataset
from config.bench.overview import DAYS, SEED, command, use
from config.rig import cost
from config.rig.stack import Stack, Tenant

FORMATS = ("csv", "json", "parquet", "xlsx")
LOOK_EVERY_S = 0.25


def measure(options: argparse.Namespace) -> Iterator[tuple[str, object]]:
    """the smallest of the sizes: seconds | worker's CPU seconds | MB of the file | its memory before → at most, MB"""
    with Stack() as stack:
        use(stack)
        tenant = stack.tenant("bench exports")
        end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        dataset.generate(command(), round(min(options.millions) * 1e6), stack.datasets([tenant]), DAYS, SEED, end)
        for each in FORMATS:
            yield _export(stack, tenant, each)


def _export(stack: Stack, tenant: Tenant, kind: str) -> tuple[str, str]:
    before, most, start, used = _memory(stack), 0.0, time.monotonic(), _cpu(stack)
    made = _call(stack, tenant, "", {"source": "events", "format": kind, "parameters": "period=all"})
    while made["state"] not in ("done", "failed"):
        time.sleep(LOOK_EVERY_S)
        most = max(most, _memory(stack))
        made = _call(stack, tenant, f"/{made['id']}")
    took_s, size = time.monotonic() - start, (made["manifest"] or {}).get("bytes", 0)
    figure = f"{took_s:6.1f} | {_cpu(stack) - used:6.1f} | {size / 1e6:7.1f} | {before:5.0f} → {most:5.0f}"
    return f"{made['rows'] / 1e6:.2f} M events as {kind}", f"{figure} {made['reason']}".strip()


def _cpu(stack: Stack) -> float:
    return cost.cpu_seconds(stack.pid("worker"))


def _memory(stack: Stack) -> float:
    return cost.memory_mb(stack.pid("worker"))


def _call(stack: Stack, tenant: Tenant, path: str, body: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{stack.port}/api/v1/exports{path}?workspace={tenant.workspace}",
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {tenant.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
