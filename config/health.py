"""Is it alive, is it ready, what are its numbers: for supervisors, load balancers and Prometheus.

GET /health     the process answers. 200 even without a database: starting the web process again would not help
GET /readiness  events can be acknowledged: 200, or 503. Each dependency with its own verdict and time. Without the log
                they are as long as the spool has room; without the database as long as known keys are trusted
GET /metrics    config.lib.metrics; with METRICS_TOKEN set, for its bearer only
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import gauges
from config.lib import clock, metrics
from config.lib.crypto import same
from config.lib.redis_clients import cache_client
from tracking import buffer, keys, spool, store
from tracking.models import UsageProgress

PATIENCE_SECONDS = 2.0
LATE_SECONDS = 60.0  # events stored later than this after their arrival are worth a look
# Hung checks keep their threads until their own time-out; more than these wait, and count as failed.
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")


@dataclass(frozen=True)
class Verdict:
    ok: bool
    ms: float


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    finally:
        connection.close()  # of this thread: back to the pool


CHECKS: dict[str, Callable[[], Any]] = {
    "database": _database,
    "ingest_log": buffer.check,
    "cache": lambda: cache_client().ping(),
    "event_store": store.is_up,
}
# Without these no event can be acknowledged, unless something stands in for them. Without the cache all is slower;
# without the event store events wait.
REQUIRED: dict[str, Callable[[], bool]] = {"database": keys.trusts_any, "ingest_log": spool.has_room}


def _timed(check: Callable[[], Any]) -> Verdict:
    began = time.perf_counter()
    ok = bool(check())
    return Verdict(ok, round((time.perf_counter() - began) * 1000, 1))


def _ask(names: dict[str, Callable[[], Any]]) -> dict[str, Verdict]:
    """All at once; who fails or is late is not ok."""
    asked = {name: _pool.submit(_timed, check) for name, check in names.items()}
    deadline = time.monotonic() + PATIENCE_SECONDS
    return {name: _outcome(future, deadline) for name, future in asked.items()}


def _outcome(future: "Future[Verdict]", deadline: float) -> Verdict:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except Exception:  # of whatever kind: the dependency did not answer, and its error may name addresses
        return Verdict(False, PATIENCE_SECONDS * 1000)


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    answers = _ask(CHECKS)
    others = all(verdict.ok for name, verdict in answers.items() if name != "database")
    return JsonResponse(
        {
            "status": "healthy" if all(verdict.ok for verdict in answers.values()) else "degraded",
            "database": "connected" if answers["database"].ok else "unreachable",
            "external_services": "ok" if others else "unreachable",
        }
    )


@require_safe
@never_cache
def readiness(request: HttpRequest) -> JsonResponse:
    answers = _ask(CHECKS)
    ready = all(answers[name].ok or stands_in() for name, stands_in in REQUIRED.items())
    everything = all(verdict.ok for verdict in answers.values())
    return JsonResponse(
        {
            "status": "not_ready" if not ready else "ready" if everything else "degraded",
            "dependencies": {name: asdict(verdict) for name, verdict in answers.items()},
            "analytics": _analytics(answers["event_store"].ok, answers["database"].ok)
            if answers["ingest_log"].ok
            else _unknown(),
        },
        status=200 if ready else 503,
    )


def _analytics(store_is_up: bool, database_is_up: bool) -> dict[str, Any]:
    """From arrival to a stored row: how many requests wait, and since when the oldest of them."""
    waiting = [buffer.backlog(shard, clock.now()) for shard in range(settings.INGEST_SHARDS)]
    lag = max(each.lag_s for each in waiting)
    return {
        "configured": True,
        "ok": store_is_up and lag < LATE_SECONDS,
        "waiting": sum(each.entries for each in waiting),
        "lag_seconds": round(lag, 1),
        "events_today": buffer.stored_on(clock.now()),
        "rollup_last_run": _rolled_at() if database_is_up else None,
    }


def _rolled_at() -> str | None:
    rolled_at = UsageProgress.objects.values_list("rolled_at", flat=True).first()
    return f"{rolled_at:%Y-%m-%dT%H:%M:%SZ}" if rolled_at else None


def _unknown() -> dict[str, Any]:
    unknown = dict.fromkeys(("waiting", "lag_seconds", "events_today", "rollup_last_run"))
    return {"configured": True, "ok": False, **unknown}


@require_safe
@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    expected = settings.METRICS_TOKEN
    if expected and not same(request.headers.get("Authorization", ""), f"Bearer {expected}"):
        return HttpResponse("Send the metrics token: Authorization: Bearer …\n", status=401, content_type="text/plain")
    gauges.look(clock.now())
    return HttpResponse(metrics.render(), content_type=metrics.CONTENT_TYPE)


pages = [
    path("health", health, name="health"),
    path("readiness", readiness, name="readiness"),
    path("metrics", metrics_page, name="metrics"),
]
