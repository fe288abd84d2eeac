"""Events as destinations are given them."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from config.testing.vendor import Received
from tracking.destinations.model import Batch, Event

AT = datetime(2026, 3, 10, 11, 59, 30, tzinfo=UTC)
VISIT = (int(AT.timestamp()) - 90) << 32 | 0xBEEF
NUMBER = uuid.UUID("0195821b-0000-4000-8000-000000000001")


def event(number: int = 0, **fields: Any) -> Event:
    """A page view of Ada's, each `number` with an id of its own and a second later."""
    usual: dict[str, Any] = {
        "id": uuid.UUID(int=NUMBER.int + number),
        "type": "page_view",
        "name": fields.get("type", "page_view"),
        "at": AT + timedelta(seconds=number),
        "received_at": AT + timedelta(seconds=number + 1),
        "visitor_id": "00000000000000a1",
        "session_id": f"{VISIT:016x}",
        "session_start_ms": (VISIT >> 32) * 1000,
        "user_id": "ada",
        "url": "acme.example/pricing",
        "title": "Pricing",
        "about": {"country": "DE", "browser": "Firefox"},
        "props": {"plan": "pro"},
    }
    return Event(**usual | fields)


def identify(number: int = 0, **fields: Any) -> Event:
    return event(number, type="identify", traits={"plan": "pro"}, **fields)


def batch(*events: Event) -> Batch:
    return Batch(uuid.UUID("0195821b-0000-4000-8000-0000000000ff"), AT, events or (event(),))


def body(received: Received) -> Any:
    return json.loads(received.body)
