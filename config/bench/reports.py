"""(d, f) Reports over stored events: each through the API with a key, beside the same statements sent straight to the
engine, and beside a naive shape of the same question."""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from config.bench import dataset
from config.bench.caches import forget
from config.bench.naive import SHAPES
from config.bench.overview import DAYS, SEED, WORKSPACES, asker, command, use, whole_page
from config.bench.rounds import reference, rounds
from config.rig.stack import Stack, Tenant

ROUNDS, FEW = 20, 5
STEPS = [{"event": "page_view"}, {"event": "plan_selected"}, {"goal": "signup"}]
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "trend: two series by country": (
        "trends", {"series": [{"metric": "visitors"}, {"metric": "events"}], "by": "country"},
    ),
    "funnel: three steps": ("funnel", {"steps": STEPS}),
    "funnel: three steps, by country": ("funnel", {"steps": STEPS, "by": "country"}),
    "funnel: strict": ("funnel", {"steps": STEPS, "order": "strict"}),
    "funnel: any order": ("funnel", {"steps": STEPS[1:], "order": "any"}),
    "retention: first, by week": ("retention", {"unit": "week"}),
    "retention: signup, by day": ("retention", {"begin": {"event": "signup"}, "who": "recurring"}),
    "lifecycle: by day": ("lifecycle", {"interval": "day"}),
    "stickiness: by day": ("stickiness", {"interval": "day"}),
    "paths: from the beginning": ("paths", {}),
    "paths: to /pricing": ("paths", {"end": "/pricing"}),
}  # fmt: skip
# Those whose naive shape asks the same; the others are variations of them.
NAIVE = {
    "trend: two series by country": "trend",
    "funnel: three steps": "funnel",
    "retention: first, by week": "retention",
    "lifecycle: by day": "lifecycle",
    "stickiness: by day": "stickiness",
    "paths: from the beginning": "paths",
}
PERIODS = ("30d", "91d")
Figures = dict[str, object]


def measure(options: argparse.Namespace) -> Figures:
    """20 workspaces, the largest and the median: p50 ms by the API, p95 | straight | engine CPU | naive: wall, CPU"""
    figures: Figures = {}
    grown: dict[str, list[str]] = {}
    with Stack() as stack:
        use(stack)
        figures["reference, one thread: wall | CPU"] = reference(stack)
        for millions in options.millions:
            tenants = [stack.tenant(f"bench {number}") for number in range(WORKSPACES)]
            end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            made = dataset.generate(command(), round(millions * 1e6), stack.datasets(tenants), DAYS, SEED, end)
            for word, place in (("largest", 0), ("median", WORKSPACES // 2)):
                name = f"{millions:g} M, {word} ({made[place].rows / 1e6:.2f} M)"
                figures |= _of(stack, tenants[place], made[place], name, end, grown if place == 0 else {})
                figures[f"{name}, whole page: wall | straight | CPU | web CPU"] = whole_page(stack, tenants[place])
        figures["reference again: wall | CPU"] = reference(stack)
    sizes = " → ".join(f"{millions:g}" for millions in options.millions)
    return figures | {
        f"{question}: CPU at {sizes} M (a million events), 91d": " → ".join(cost) for question, cost in grown.items()
    }


def _of(
    stack: Stack, tenant: Tenant, plan: dataset.Plan, name: str, end: datetime, grown: dict[str, list[str]]
) -> Figures:
    figures: Figures = {}
    key = stack.reading_key(tenant)
    for period in PERIODS:
        days = int(period[:-1])
        for question, (report, body) in QUESTIONS.items():
            path = f"/api/v1/analytics/{report}?workspace={tenant.workspace}"
            ask = asker(stack, path, key, json.dumps(body | {"period": period}).encode())
            api = rounds(stack, ask, ROUNDS)
            direct = rounds(stack, _direct(stack, tenant, path, body | {"period": period}), FEW)
            line = f"{api.wall:7.1f} {api.p95:7.1f} | {direct.wall:7.1f} | {api.engine:7.1f}"
            if question in NAIVE:
                naive = rounds(stack, _naive(NAIVE[question], plan.dataset_id, end - timedelta(days), end), FEW)
                line += f" | {naive.wall:7.1f} {naive.engine:7.1f}"
            figures[f"{name}, {period}: {question}"] = line
            if period == PERIODS[-1]:
                each = f"{api.engine:.0f} ({api.engine / plan.rows * 1e6:.0f})"  # ms
                grown.setdefault(question, []).append(each)
    return figures


def _naive(shape: str, dataset_id: int, begin: datetime, end: datetime) -> Callable[[], object]:
    values: dict[str, object] = {"dataset": dataset_id, "begin": f"{begin:%F %T}", "end": f"{end:%F %T}"}
    ask = command()
    return lambda: ask(SHAPES[shape], values)


def _direct(stack: Stack, tenant: Tenant, path: str, body: dict[str, Any]) -> Callable[[], None]:
    """The statements of a report, in the groups in which it sends them, with nothing around them."""
    from django.test import Client

    from analytics.query import answers

    asked: list[list[Any]] = []
    send = answers._begun

    def listen(statements: list[Any]) -> Any:
        asked.append(statements)
        return send(statements)

    forget(stack)
    with mock.patch.object(answers, "_begun", listen):
        headers = {"Authorization": f"Bearer {tenant.token}"}
        answer = Client(HTTP_HOST="127.0.0.1").post(path, json.dumps(body), "application/json", headers=headers)
        assert answer.status_code == 200, answer.content

    def ask() -> None:
        for each in asked:
            if each:
                send(each)()

    return ask
