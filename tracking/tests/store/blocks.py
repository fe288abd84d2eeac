"""Columns for `store.insert`, with numbers one can check by head."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)

_TEXTS = (
    "user_id", "host", "path", "title", "referrer", "source", "channel", "utm_source", "utm_medium", "utm_campaign",
    "utm_term", "utm_content", "country", "region", "city", "browser", "browser_version", "os", "os_version", "device",
    "screen", "language", "bot",
)  # fmt: skip


def events(dataset_id: int, ids: Sequence[int], **columns: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """One page view for each number in `ids`: number 7 is by visitor 7, at noon and 7 ms, with the event id …07."""
    rows = len(ids)
    return {
        "dataset_id": [dataset_id] * rows,
        "ts": [NOON_MS + number for number in ids],
        "type": ["page_view"] * rows,
        "name": ["page_view"] * rows,
        "visitor_id": list(ids),
        "session_id": [(NOON_MS // 1000 << 32) | number for number in ids],
        "person_id": list(ids),
        "event_id": [event_id(number) for number in ids],
        "received_at": [NOON_MS + number for number in ids],
        **{name: [""] * rows for name in _TEXTS},
        "value": [0.0] * rows,
        "currency": [""] * rows,
        "engaged_ms": [0] * rows,
        "scroll": [0] * rows,
        "props": [{}] * rows,
    } | columns


def event_id(number: int) -> bytes:
    return UUID(int=number).bytes
