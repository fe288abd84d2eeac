"""(d, f) Reports over stored events: each through the API, beside the same statements sent straight to the engine."""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from config.bench import dataset
from config.bench.overview import DAYS, SEED, WORKSPACES, asker, command, forget, timed, use
from config.rig.stack import Stack, Tenant

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
PERIODS = ("30d", "91d")


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Largest and median of 20 workspaces: wall ms through the API | straight to the engine | engine CPU ms"""
    figures: dict[str, object] = {}
    with Stack() as stack:
        use(stack)
        for millions in options.millions:
            tenants = [stack.tenant(f"bench {number}") for number in range(WORKSPACES)]
            end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            made = dataset.generate(command(), round(millions * 1e6), stack.datasets(tenants), DAYS, SEED, end)
            for word, place in (("largest", 0), ("median", WORKSPACES // 2)):
                name = f"{millions:g} M, {word} ({made[place].rows / 1e6:.2f} M)"
                figures |= _of(stack, tenants[place], name)
    return figures


def _of(stack: Stack, tenant: Tenant, name: str) -> dict[str, object]:
    figures: dict[str, object] = {}
    for period in PERIODS:
        for question, (report, body) in QUESTIONS.items():
            path = f"/api/v1/analytics/{report}?workspace={tenant.workspace}"
            ask = asker(stack, path, tenant.token, json.dumps(body | {"period": period}).encode())
            api_ms, _, engine_cpu_ms = timed(stack, ask)
            direct_ms, _, _ = timed(stack, _direct(stack, tenant, path, body | {"period": period}))
            figures[f"{name}, {period}: {question}"] = f"{api_ms:7.1f} | {direct_ms:7.1f} | {engine_cpu_ms:7.1f}"
    return figures


def _direct(stack: Stack, tenant: Tenant, path: str, body: dict[str, Any]) -> Callable[[], None]:
    """The statements of a report, in the groups in which it sends them, with nothing around them."""
    from django.test import Client

    from analytics.query import answers

    asked: list[list[Any]] = []
    send = answers._at_once

    def listen(statements: list[Any]) -> Any:
        asked.append(statements)
        return send(statements)

    forget(stack)
    with mock.patch.object(answers, "_at_once", listen):
        headers = {"Authorization": f"Bearer {tenant.token}"}
        answer = Client(HTTP_HOST="127.0.0.1").post(path, json.dumps(body), "application/json", headers=headers)
        assert answer.status_code == 200, answer.content

    def ask() -> None:
        for each in asked:
            if each:
                send(each)

    return ask
