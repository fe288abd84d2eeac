"""(e) What each process keeps in memory."""

import argparse
import time

from config.bench.door import send_until
from config.rig import clients, cost
from config.rig.stack import PROCESSES, Stack


def measure(options: argparse.Namespace) -> dict[str, object]:
    """proportional set size in MB of each process, at rest and under load"""
    with Stack() as stack:
        tenant = stack.tenant("bench memory")
        time.sleep(15)
        rest = _sizes(stack)
        send_until(clients.Client(stack.port, tenant.key), 0, 50, time.monotonic() + options.seconds)
        load = _sizes(stack)
    return {f"{name}, MB at rest | under load": [rest[name], load[name]] for name in rest}


def _sizes(stack: Stack) -> dict[str, int]:
    assert stack.process
    sizes = {name: round(cost.memory_mb(stack.pid(name))) for name in PROCESSES}
    return sizes | {"all, with the supervisor": round(cost.memory_mb(stack.process.pid))}
