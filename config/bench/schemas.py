"""What checking events against a schema adds to taking them in: parse, judge and pack of the same requests, with and
without one, in turns. The rest of the door (HTTP, key, fsync) is left out, so that nothing hides the difference."""

import argparse
import os
import statistics
import time
import uuid
from typing import Any

import django

EVENTS, ROUNDS, REQUESTS = 50, 30, 10
DEMANDS = {
    "purchase": {
        "order_id": {"type": "string", "required": True},
        "total": {"type": "number", "required": True},
        "currency_name": "string",
        "plan": {"type": "string", "enum": ["free", "pro", "team"]},
        "count": {"type": "number", "format": "integer"},
        "paid": "boolean",
        "items": "array",
        "shipping": "object",
    }
}
PROPERTIES = {
    "order_id": "A-1001", "total": 49.9, "currency_name": "Euro", "plan": "pro", "count": 3, "paid": True,
    "items": ["shoes", "socks"], "shipping": {"city": "Kyiv", "express": False},
}  # fmt: skip


def measure(options: argparse.Namespace) -> dict[str, object]:
    """eight properties checked, for each event that is taken in: at most a tenth more"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tracking.schemas.compiled import NONE, Schemas, compiled

    checked = Schemas([(compiled("shop", 1, "warn", DEMANDS, False, []), False)])
    _seconds(NONE), _seconds(checked)
    without, with_schema = zip(*((_seconds(NONE), _seconds(checked)) for _ in range(ROUNDS)), strict=True)
    each = EVENTS * REQUESTS / 1e6
    plain, more = statistics.median(without) / each, statistics.median(with_schema) / each
    return {
        "CPU µs an event without a schema": round(plain, 2),
        "CPU µs an event with one": round(more, 2),
        "ratio (median of the rounds)": round(
            statistics.median(after / before for before, after in zip(without, with_schema, strict=True)), 3
        ),
    }


def _seconds(schemas: Any) -> float:
    """CPU seconds for REQUESTS requests, each of EVENTS events of its own."""
    import msgspec

    from tracking import payloads
    from tracking.events import Client, Envelope
    from tracking.judge import Arrival, judge

    bodies = [msgspec.json.encode({"events": [_event() for _ in range(EVENTS)]}) for _ in range(REQUESTS)]
    arrival = Arrival(2, int(time.time() * 1000), 0, 0, False, 1, "", "", schemas=schemas)
    began = time.process_time()
    for body in bodies:
        payload = payloads.parse(body)
        events = [judge(tree, payload.frame, arrival, index).event for index, tree in enumerate(payload.trees)]
        msgspec.msgpack.encode(Envelope(2, "", 0, Client(), events))
    return time.process_time() - began


def _event() -> dict[str, Any]:
    about = {"id": str(uuid.uuid4()), "event_type": "purchase", "schema_id": "shop", "visitor_id": uuid.uuid4().hex}
    return about | {"timestamp": int(time.time() * 1000), "properties": PROPERTIES}
