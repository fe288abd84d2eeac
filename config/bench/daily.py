"""Long questions of one large workspace: counted from the rows, and put together from the days that are kept."""

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from config.bench import dataset
from config.bench.overview import DAYS, QUESTIONS, SEED, asker, command, use
from config.bench.rounds import rounds
from config.rig.stack import Stack, Tenant

PERIOD = {"period": "91d"}
REPEATS = 7
LEFT_OUT = ("cards, page is /pricing", "cards, property plan is pro")  # conditions on other rows: never by days


def measure(options: argparse.Namespace) -> Iterator[tuple[str, object]]:
    """91 days of one workspace: from the rows, wall | engine CPU, and by days, wall | engine CPU | kept KB, in ms"""
    with Stack() as stack:
        use(stack)
        for millions in options.millions:
            tenant = stack.tenant(f"bench {millions:g}")
            end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            [made] = dataset.generate(command(), round(millions * 1e6), stack.datasets([tenant]), DAYS, SEED, end)
            for question, body in QUESTIONS.items():
                if question not in LEFT_OUT:
                    yield f"{millions:g} M: {question}", _question(stack, tenant, made.dataset_id, PERIOD | body)


def _question(stack: Stack, tenant: Tenant, dataset_id: int, body: dict[str, Any]) -> str:
    path = f"/api/v1/analytics/query?workspace={tenant.workspace}"
    ask = asker(stack, path, tenant.token, json.dumps(body).encode())
    from_rows = rounds(stack, ask, REPEATS)
    before = _kept(stack, dataset_id)
    _keep(stack, tenant, path, body)
    by_days = rounds(stack, ask, REPEATS)
    found = f"{from_rows.wall:7.1f} | {from_rows.engine:7.1f}   {by_days.wall:7.1f} | {by_days.engine:7.1f}"
    return f"{found} | {(_kept(stack, dataset_id) - before) / 1000:7.0f}"


def _keep(stack: Stack, tenant: Tenant, path: str, body: dict[str, Any]) -> None:
    """Asks again, a little differently for the cache's sake, and does what the worker does."""
    for limit in (10, 11):
        asker(stack, path, tenant.token, json.dumps(body | {"limit": limit}).encode())()
    stack.manage("shell", "-v", "0", "-c", "from analytics.tasks import keep_days; keep_days()")


def _kept(stack: Stack, dataset_id: int) -> int:
    """Bytes."""
    return int(stack.sql(f"SELECT sum(bytes) FROM daily_aggregates FINAL WHERE dataset_id = {dataset_id}"))
