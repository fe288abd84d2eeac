"""Whether a rule fires, from what it was and what the number is now. Pure: time and value are passed in.

    waiting ─► ok ⇄ pending ─► firing ─► ok        no_data: from and to any of them

A lack of data is neither good nor bad news: it is a state of its own, and what was open stays open through it.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from analytics.alerts.conditions import Condition

Status = Literal["waiting", "ok", "pending", "firing", "no_data", "invalid"]
Change = Literal["fired", "resolved", "no_data", "data", "invalid"]


@dataclass(frozen=True)
class State:
    """`is_open`: it crossed and has not clearly come back. `beyond_since`: since when it is beyond without a break."""

    status: Status = "waiting"
    is_open: bool = False
    beyond_since: datetime | None = None


def decide(state: State, value: float | None, rule: Condition, now: datetime) -> State:
    if value is None or not math.isfinite(value):
        return State("no_data", state.is_open)
    if state.is_open:
        return State("ok") if rule.is_clearly_back(value) else State("firing", True, state.beyond_since or now)
    if not rule.is_beyond(value):
        return State("ok")
    since = state.beyond_since or now
    is_long_enough = now - since >= timedelta(minutes=rule.for_minutes)
    return State("firing", True, since) if is_long_enough else State("pending", False, since)


def happened(before: State, after: State) -> Change | None:
    """What happened between the two; None for nothing that belongs into the history."""
    if after.is_open != before.is_open:
        return "fired" if after.is_open else "resolved"
    if after.status == before.status:
        return None
    if after.status in ("no_data", "invalid"):
        return after.status
    return "data" if before.status in ("no_data", "invalid") else None
