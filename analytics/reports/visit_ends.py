"""The end of a visit, where no browser told it: `session_end` derived when a visit is shown.

It is stored nowhere, so it is neither counted, billed, exported nor forwarded: what was acknowledged stays what counts.
"""

from datetime import datetime, timedelta
from typing import Any

from tracking import event_ids

TYPE = "session_end"
Visit = dict[str, Any]  # as analytics.reports.sessions gives it
Event = dict[str, Any]


def with_end(visit: Visit, events: list[Event], now: datetime, timeout_minutes: int) -> list[Event]:
    """`events` of `visit`, all of them and in order, and its end after them; without one while the visit may go on."""
    is_over = now - visit["ended_at"] > timedelta(minutes=timeout_minutes)
    if not is_over or not events or any(each["type"] == TYPE for each in events):
        return events
    return [*events, _end(visit, events[-1])]


def _end(visit: Visit, last: Event) -> Event:
    """At the visit's last moment, of the same visitor and place; `duration` in seconds, as browsers tell it."""
    at = visit["ended_at"].isoformat(timespec="milliseconds")
    duration = round((visit["ended_at"] - visit["started_at"]).total_seconds())
    event_id = event_ids.text(event_ids.derive(visit["visitor_id"], visit["id"], TYPE))
    return {
        **last,
        **{"id": event_id, "type": TYPE, "name": TYPE, "at": at, "received_at": at},
        **{"value": 0, "currency": "", "engaged_ms": 0, "scroll": 0},
        "properties": {"duration": str(duration), "reason": "server"},
    }
