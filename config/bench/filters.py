"""The cards of the overview over 1 million events in 30 days, alone and narrowed by a filter of every kind, by the API.

wall ms: the fastest of REPEATS and their median | CPU ms of the engine
"""

import argparse
import http.client
import json
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from config.bench import dataset
from config.bench.overview import KPIS, SEED, command, forget, use
from config.rig import cost
from config.rig.stack import Stack, Tenant

EVENTS, DAYS, REPEATS = 1_000_000, 30, 25
FILTERS: dict[str, list[Any]] = {
    "none": [],
    "country": [["is", "country", ["DE"]]],
    "source": [["is", "source", ["Google"]]],
    "channel": [["is_not", "channel", ["Direct"]]],
    "browser": [["is", "browser", ["Firefox", "Safari"]]],
    "browser version": [["contains", "browser_version", ["Chrome 12"]]],
    "campaign": [["is", "utm_campaign", ["campaign-7"]]],
    "entry page": [["is", "entry_page", ["/pricing"]]],
    "exit page": [["is", "exit_page", ["/pricing"]]],
    "page": [["is", "page", ["/pricing"]]],
    "page contains": [["contains", "page", ["docs"]]],
    "title": [["is", "title", ["Page /pricing"]]],
    "host": [["is", "host", ["www.example.com"]]],
    "event": [["is", "event", ["video_played"]]],
    "goal": [["is", "goal", ["signup"]]],
    "property": [["is", "prop:plan", ["pro"]]],
    "page and country": [["is", "page", ["/pricing"]], ["is", "country", ["US"]]],
}


def measure(options: argparse.Namespace) -> dict[str, object]:
    """(d) The overview's cards with each kind of filter: fastest and median wall ms | engine CPU ms"""
    with Stack() as stack:
        use(stack)
        tenant = stack.tenant("bench")
        end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        dataset.generate(command(), EVENTS, stack.datasets([tenant]), DAYS, SEED, end)
        return {name: _timed(stack, tenant, filters) for name, filters in FILTERS.items()}


def _timed(stack: Stack, tenant: Tenant, filters: list[Any]) -> str:
    body = json.dumps({"metrics": KPIS, "period": "30d", "filters": filters}).encode()
    headers = {"Authorization": f"Bearer {tenant.token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
    walls: list[float] = []
    before = 0.0
    for number in range(REPEATS + 3):  # the first three warm the engine's caches of marks and dictionaries
        forget(stack)
        if number == 3:
            before = cost.cpu_seconds(stack.pid("eventstore"))
        began = time.perf_counter()
        connection.request("POST", f"/api/v1/analytics/query?workspace={tenant.workspace}", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        walls.append(1000 * (time.perf_counter() - began))
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {text[:300]!r}")
    engine_ms = 1000 * (cost.cpu_seconds(stack.pid("eventstore")) - before) / REPEATS
    return f"{min(walls[3:]):6.1f} {statistics.median(walls[3:]):6.1f} | {engine_ms:6.1f}"
