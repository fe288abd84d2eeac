"""What counting and checking limits adds to logging one request: client and log, in turns with and without.

Beside it what a whole request costs, of which the check is a share. The log's own clock times the script: its process
also waits for the disk and the network, and that is shared by as many requests as come at once.
"""

import argparse
import os
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from config.bench import door
from config.bench.overview import use
from config.rig.stack import Stack

ROUNDS, REQUESTS = 9, 2000
ENTRY = b"x" * 400  # of one event
PROCESSES = ("web", "the log")


def measure(options: argparse.Namespace) -> dict[str, object]:
    """counting and checking the limits of one request: CPU µs of the web process and of the log"""
    with Stack() as stack:
        use(stack)
        with_limits, without = _compared()
        tenant = stack.tenant("bench limits")
        whole = door.figures(stack, tenant, 1, options.seconds)
    added = sum(with_limits) - sum(without)
    web, log = (1000 * float(str(whole[f"1 event in a request: CPU ms of {what} for an event"])) for what in PROCESSES)
    return {
        "append with limits: CPU us of web, of the log": [round(each, 1) for each in with_limits],
        "append without: CPU us of web, of the log": [round(each, 1) for each in without],
        "a whole request of one event: CPU us of web, of the log": [round(web), round(log)],
        "limits, share of a request of one event": f"{100 * added / (web + log - added):.1f} %",
    }


def _compared() -> tuple[list[float], list[float]]:
    from config.lib.redis_clients import buffer_client
    from tracking.append import Ration
    from tracking.usage import rations
    from workspaces.limits import Allowance

    now = datetime.now(UTC)
    allowances = tuple(Allowance("events", period, 10**9, "hard", "plan") for period in ("day", "month"))
    ration = rations.of_events(rations.Consumer(10**9, 1, allowances), 1, now)
    for hash_ in (ration.day, ration.month):
        buffer_client().hset(hash_, "ready", 1)
    taken: dict[Ration | None, list[tuple[float, float]]] = {ration: [], None: []}
    for number in range(2 * ROUNDS):
        which = ration if number % 2 else None
        taken[which].append(_timed(which))
    return tuple([statistics.median(side) for side in zip(*taken[which], strict=True)] for which in (ration, None))  # type: ignore[return-value]


def _timed(ration: object) -> tuple[float, float]:
    """(client, log): µs for each append."""
    from tracking.append import append

    log_before, before = _script_us(), time.process_time()
    for _ in range(REQUESTS):
        append({0: ENTRY}, os.urandom(16), None, ration)  # type: ignore[arg-type]
    client = time.process_time() - before
    return client / REQUESTS * 1e6, (_script_us() - log_before) / REQUESTS


def _script_us() -> int:
    from config.lib.redis_clients import buffer_client

    told: Any = buffer_client().info("commandstats")
    return int(told.get("cmdstat_evalsha", {"usec": 0})["usec"])
