"""What the Python package costs the program that calls it: CPU µs a call, without the thread that sends."""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from config.launcher.configuration import ROOT

CALLS, ROUNDS = 20_000, 5
NOWHERE = "http://127.0.0.1:9"
PROPERTIES = {"order_id": "o-1", "amount": 9.5, "currency": "EUR"}
REQUEST = {"PATH_INFO": "/api/v1/orders/17", "REQUEST_METHOD": "GET", "HTTP_X_API_KEY": "k"}


def measure(options: argparse.Namespace) -> dict[str, object]:
    """the Python package: CPU µs of the calling thread for each call"""
    sys.path.insert(0, str(ROOT / "tracking/clients/python"))
    import metricpal
    from metricpal.middleware.wsgi import RequestAnalytics

    # Nothing leaves: the thread waits for longer than this takes.
    client: Any = metricpal.Client(NOWHERE, "k", flush_interval_s=3600, max_queue=10**9)
    client._outbox._start = lambda: None
    watched = RequestAnalytics(_application, client)
    bare = _us(lambda: _served(_application))
    return {
        "track": _us(lambda: client.track("order", PROPERTIES, user_id="user-456")),
        "increment_usage": _us(lambda: client.increment_usage("builds_daily")),
        "a WSGI request, what the middleware adds": round(_us(lambda: _served(watched)) - bare, 1),
    }


def _application(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"{}"]


def _served(application: Callable[..., Any]) -> None:
    answer = application(REQUEST, lambda *_: None)
    for _ in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()


def _us(call: Callable[[], object]) -> float:
    """The best round: everything slower was somebody else's doing."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.thread_time()
        for _ in range(CALLS):
            call()
        rounds.append((time.thread_time() - started) / CALLS * 1e6)
    return round(min(rounds), 1)
