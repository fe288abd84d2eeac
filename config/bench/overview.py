"""(d, f) The overview over stored events: each question through the API, beside the same SQL straight to the engine."""

import argparse
import http.client
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import django

from config.bench import dataset
from config.bench.caches import forget
from config.bench.rounds import rounds
from config.rig.stack import Stack, Tenant

WORKSPACES, DAYS, SEED, REPEATS = 20, 90, 2026, 7
KPIS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"]
LAST_30 = {"period": "30d"}
QUESTIONS: dict[str, dict[str, Any]] = {
    "cards": {"metrics": KPIS},
    "cards, compared": {"metrics": KPIS, "compare": "previous"},
    "cards, country is DE": {"metrics": KPIS, "filters": [["is", "country", ["DE"]]]},
    "cards, source is Google": {"metrics": KPIS, "filters": [["is", "source", ["Google"]]]},
    "cards, page is /pricing": {"metrics": KPIS, "filters": [["is", "page", ["/pricing"]]]},
    "cards, property plan is pro": {"metrics": KPIS, "filters": [["is", "prop:plan", ["pro"]]]},
    "visitors by day": {"metrics": ["visitors"], "interval": "day"},
    "top pages": {"metrics": ["visitors", "pageviews"], "dimensions": ["page"]},
    "top sources": {"metrics": ["visitors"], "dimensions": ["source"]},
    "countries": {"metrics": ["visitors"], "dimensions": ["country"]},
    "goals": {"metrics": ["visitors", "completions", "conversion_rate"], "dimensions": ["goal"]},
}


def measure(options: argparse.Namespace) -> dict[str, object]:
    """30 days of 90, 20 workspaces: wall ms through the API | wall ms straight to the engine | engine CPU ms"""
    figures: dict[str, object] = {}
    with Stack() as stack:
        use(stack)
        for millions in options.millions:  # each set beside those before it, in workspaces of its own
            figures |= _of_size(stack, millions)
    return figures


def _of_size(stack: Stack, millions: float) -> dict[str, object]:
    tenants = [stack.tenant(f"bench {number}") for number in range(WORKSPACES)]
    datasets = stack.datasets(tenants)
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    made = dataset.generate(command(), round(millions * 1e6), datasets, DAYS, SEED, end)
    figures: dict[str, object] = {}
    for word, position in (("largest", 0), ("median", WORKSPACES // 2)):
        tenant, plan = tenants[position], made[position]
        name, key = f"{millions:g} M, {word} workspace ({plan.rows / 1e6:.2f} M)", stack.reading_key(tenant)
        for question, body in QUESTIONS.items():
            figures[f"{name}: {question}"] = _question(stack, key, plan.dataset_id, LAST_30 | body)
        figures[f"{name}: whole page, wall | straight | engine CPU | web CPU"] = whole_page(stack, tenant)
    return figures


def _question(stack: Stack, key: str, dataset_id: int, body: dict[str, Any]) -> str:
    ask = asker(stack, "/api/v1/analytics/query", key, json.dumps(body).encode())
    api, direct = rounds(stack, ask, REPEATS), rounds(stack, _direct(stack, dataset_id, body), REPEATS)
    return f"{api.wall:6.1f} | {direct.wall:6.1f} | {api.engine:6.1f}"


def whole_page(stack: Stack, tenant: Tenant) -> str:
    """The whole page as a browser asks for it, with the session of somebody who signed in."""
    from analytics.query import answers

    cookie = stack.manage("shell", "-v", "0", "-c", SIGN_IN).strip().splitlines()[-1]
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
    path = f"/w/{tenant.slug}/?period=30d"

    def load() -> None:
        connection.request("GET", path, headers={"Cookie": f"sessionid={cookie}"})
        answer = connection.getresponse()
        if answer.status != 200 or len(answer.read()) < 10_000:
            raise RuntimeError(f"the page answered {answer.status}")

    asked = _asked_by(stack, path, cookie)
    page = rounds(stack, load, REPEATS)

    def ask() -> None:
        for each in asked:
            answers._begun(each)()

    straight = rounds(stack, ask, REPEATS)
    return f"{page.wall:6.1f} | {straight.wall:6.1f} | {page.engine:6.1f} | {page.web:6.1f}"


def _asked_by(stack: Stack, path: str, cookie: str) -> list[list[Any]]:
    """The statements of a page, in the groups in which it sends them."""
    from django.test import Client

    from analytics.query import answers

    asked: list[list[Any]] = []
    send = answers._begun

    def listen(statements: list[Any]) -> Any:
        asked.append(statements)
        return send(statements)

    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies["sessionid"] = cookie
    forget(stack)
    with mock.patch.object(answers, "_begun", listen):
        client.get(path)
    return [each for each in asked if each]


SIGN_IN = """
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
user, session = User.objects.get(email="demo@example.com"), SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session.create()
print(session.session_key)
"""


def asker(stack: Stack, path: str, token: str, body: bytes) -> Callable[[], None]:
    """`token`: a person's, or a key."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask() -> None:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {text[:300]!r}")

    return ask


def _direct(stack: Stack, dataset_id: int, body: dict[str, Any]) -> Callable[[], None]:
    """The statements that this question becomes, sent to the engine with nothing around them."""
    from analytics.query import answers, run
    from analytics.query.parse import from_json
    from config.lib.clock import now
    from workspaces.models import Workspace

    question = from_json(body, Workspace.objects.get(id=dataset_id // 2), now(), "live")
    sent: list[Any] = []
    forget(stack)
    send = answers._one

    def listen(*each: Any) -> Any:
        sent.append(each)
        return send(*each)

    with mock.patch.object(answers, "_one", listen):
        run(question, now())

    def ask() -> None:
        for each in sent:
            send(*each)

    return ask


def use(stack: Stack) -> None:
    """Make this process's Django one of the stack's: its stores, its secrets."""
    os.environ |= json.loads((stack.var / "secrets" / "environment.json").read_text())
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()


def command() -> Callable[[str, dict[str, object]], object]:
    from tracking.store.client import client

    return lambda sql, values: client(600).command(sql, parameters=values, settings={"max_execution_time": 600})
