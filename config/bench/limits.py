"""What counting and checking limits adds to logging one request: client and log, in turns with each and without.

Beside it what a whole request costs, of which that is a share. Requests are logged in groups as large as they came
from the door under load. The log's own clock times the script: its process also waits for the disk and the network,
and that is shared by as many requests as come at once.
"""

import argparse
import os
import time
from datetime import UTC, datetime
from typing import Any

from config.bench import door
from config.bench.overview import use
from config.rig.stack import Stack, Tenant

ROUNDS, REQUESTS = 60, 480
ENTRY = b"x" * 400  # of one event


def measure(options: argparse.Namespace) -> dict[str, object]:
    """counting and checking the limits of one request: CPU µs of the web process and of the log"""
    with Stack() as stack:
        use(stack)
        tenant = stack.tenant("bench limits")
        door.figures(stack, tenant, 1, 1)  # caches fill
        return _added(stack, tenant, door.CONNECTIONS[1], options.seconds) | _added(stack, tenant, 1, options.seconds)


def _added(stack: Stack, tenant: Tenant, connections: int, seconds: float) -> dict[str, object]:
    """What the limits add to each of the requests that come on so many connections."""
    together, whole = _at_the_door(stack, tenant, connections, seconds)
    cost = _compared(together)
    neither, counted, both = (sum(pair) for pair in cost.values())
    name = f"{connections} connection{'s' if connections > 1 else ''}"
    path = whole - counted + neither  # the tenant has no limits, but its events are counted
    return {
        f"{name}: requests logged together": together,
        **{f"{name}, {what}: CPU us of web, of the log": [round(each, 1) for each in us] for what, us in cost.items()},
        f"{name}: the check, share of a request of {path:.0f} us": f"{100 * (both - counted) / path:.1f} %",
        f"{name}: counting and the check": f"{100 * (both - neither) / path:.1f} %",
    }


def _at_the_door(stack: Stack, tenant: Tenant, connections: int, seconds: float) -> tuple[int, float]:
    """(how many requests were logged together, CPU µs of one: web and the log)"""
    (calls, _), logged = _script(), _logged()
    figures = door.figures(stack, tenant, 1, seconds, connections)
    spent = [figures[f"1 event in a request: CPU ms of {what} for an event"] for what in ("web", "the log")]
    return max(1, round((_logged() - logged) / (_script()[0] - calls))), 1000 * sum(float(str(ms)) for ms in spent)


def _compared(size: int) -> dict[str, list[float]]:
    """µs of the client and of the log for a request: neither counted nor checked, counted, and both; the least of many
    small rounds, so that neighbours do not count."""
    from config.lib.redis_clients import buffer_client
    from tracking.usage import counters, rations
    from workspaces.limits import Allowance

    allowances = tuple(Allowance("events", period, 10**9, "hard", "plan") for period in ("day", "month"))
    counted, checked = rations.Consumer(10**9, 1), rations.Consumer(10**9, 1, allowances)
    for hash_ in counters.keys(10**9, datetime.now(UTC)):
        buffer_client().hset(hash_, "ready", 1)
    kinds = {"neither": None, "counted": counted, "counted and checked": checked}
    rounds = [[_timed(size, consumer) for consumer in kinds.values()] for _ in range(ROUNDS)]
    return {
        kind: [min(side) for side in zip(*taken, strict=True)]
        for kind, taken in zip(kinds, zip(*rounds, strict=True), strict=True)
    }


def _logged() -> int:
    from config.lib.redis_clients import buffer_client

    found: Any = buffer_client().xinfo_stream("log:0")
    return int(found["entries-added"])


def _timed(size: int, consumer: Any) -> tuple[float, float]:
    from tracking.append import Entry, append_all
    from tracking.usage.rations import of_events

    now = datetime.now(UTC)
    (_, log_before), before = _script(), time.process_time()
    for _ in range(REQUESTS // size):
        append_all(
            [Entry({0: ENTRY}, os.urandom(16), None, consumer and of_events(consumer, 1, now)) for _ in range(size)]
        )
    client, sent = time.process_time() - before, REQUESTS // size * size
    return client / sent * 1e6, (_script()[1] - log_before) / sent


def _script() -> tuple[int, int]:
    """How often the log ran its script, and for how many µs."""
    from config.lib.redis_clients import buffer_client

    told: Any = buffer_client().info("commandstats")
    found = told.get("cmdstat_evalsha", {"calls": 0, "usec": 0})
    return int(found["calls"]), int(found["usec"])
