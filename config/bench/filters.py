"""The cards of the overview over 1 million events in 30 days, alone and narrowed by a filter of every kind, by the API
as a program asks it: with a key.

wall ms: the fastest of REPEATS, their median, p95 | CPU ms of the engine | of the web process
"""

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from config.bench import dataset
from config.bench.overview import KPIS, SEED, asker, command, use
from config.bench.rounds import reference, rounds
from config.rig.stack import Stack

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
    """(d) The overview's cards with each kind of filter: fastest, median, p95 wall ms | engine CPU ms | web CPU ms"""
    with Stack() as stack:
        use(stack)
        tenant = stack.tenant("bench")
        end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        dataset.generate(command(), EVENTS, stack.datasets([tenant]), DAYS, SEED, end)
        figures: dict[str, object] = {"reference, one thread: wall | CPU": reference(stack)}
        key = stack.reading_key(tenant)
        figures |= {name: _told(stack, key, filters) for name, filters in FILTERS.items()}
        return figures | {"reference again: wall | CPU": reference(stack)}


def _told(stack: Stack, key: str, filters: list[Any]) -> str:
    body = json.dumps({"metrics": KPIS, "period": "30d", "filters": filters}).encode()
    found = rounds(stack, asker(stack, "/api/v1/analytics/query", key, body), REPEATS)
    return f"{min(found.walls):6.1f} {found.wall:6.1f} {found.p95:6.1f} | {found.engine:6.1f} | {found.web:6.1f}"
