"""The clock, and calendar bounds in a workspace's zone. The only place that asks what time it is."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC. Called at the edge only; deciding functions take `now` as an argument."""
    return datetime.now(UTC)


def day_start(day: date, zone: str) -> datetime:
    """The first moment of `day` in `zone`, aware. A day that a zone skips or shortens keeps its real bounds."""
    return datetime.combine(day, time(), ZoneInfo(zone))
