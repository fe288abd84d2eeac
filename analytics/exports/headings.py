"""Columns of CSV as people call them, on paper, in mails and in widgets; those named after events stay as they are."""

from typing import get_args

from analytics.query.catalogue import DIMENSIONS, METRICS
from analytics.query.model import Interval

BEFORE = "before: "
NAMES = {
    **{f"{unit}{ending}": f"{unit}{ending}".capitalize() for unit in get_args(Interval) for ending in ("", "s")},
    # One word for what a column of many reports holds.
    "start": "Start", "group": "Group", "step": "Step", "people": "People", "payments": "Payments", "tool": "Tool",
    "weekday": "Weekday",
    "people with at least as many": "People with at least as many",
    "clipped": "Only the period's days",
    "of first": "Of first", "of previous": "Of previous", "median": "Median", "mean": "Mean",
    "new": "New", "returning": "Returning", "resurrected": "Resurrected", "dormant": "Dormant", "pulse": "Pulse",
    # Of single events, visits and people.
    "id": "ID", "name": "Name", "at": "Time", "received_at": "Received", "path": "Path", "bot": "Bot",
    "visitor_id": "Visitor", "person_id": "Person", "session_id": "Visit", "user_id": "User",
    "value": "Value", "currency": "Currency", "engaged_ms": "Engaged (ms)", "scroll": "Scroll depth",
    "properties": "Properties", "started_at": "Started", "ended_at": "Ended", "bounce": "Bounce",
    "first_seen": "First seen", "last_seen": "Last seen",
}  # fmt: skip


def called(name: str) -> str:
    """`before: visit_duration (s)` is "Before: Visit duration (s)"."""
    before = BEFORE.capitalize() if name.startswith(BEFORE) else ""
    word, blank, unit = name.removeprefix(BEFORE).partition(" (")
    known = METRICS.get(word) or DIMENSIONS.get(word)
    label = known.label if known else NAMES.get(word, word.removeprefix("prop:").replace("_", " "))
    return f"{before}{label}{blank}{unit}"
