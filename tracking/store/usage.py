"""How many events are stored: what the books of the way in and of usage are compared with."""

from datetime import UTC, date, datetime
from typing import Any

from tracking.store.reads import query


def billable_by_day(dataset_id: int, start: datetime, end: datetime) -> dict[date, int]:
    """Of the days (UTC) in [start, end) on which they were received. Raises StoreError."""
    found = query(
        "SELECT toDate(received_at) AS day, count() FROM events"
        " WHERE received_at >= {start:DateTime64(3, 'UTC')} AND received_at < {end:DateTime64(3, 'UTC')} AND bot = ''"
        " GROUP BY day",
        {"start": start, "end": end},
        dataset_id=dataset_id,
    )
    return dict(found.rows)


def stored_by_hour(dataset_id: int, start: datetime, end: datetime) -> dict[datetime, int]:
    """Of the hours (UTC) in [start, end) in which they were received. Raises StoreError."""
    found = query(
        "SELECT toStartOfHour(received_at) AS hour, count() FROM events"
        " WHERE received_at >= {start:DateTime64(3, 'UTC')} AND received_at < {end:DateTime64(3, 'UTC')}"
        " GROUP BY hour",
        {"start": start, "end": end},
        dataset_id=dataset_id,
    )
    return {hour.replace(tzinfo=UTC): number for hour, number in found.rows}


def received_by_hour(
    dataset_id: int, condition: str, parameters: dict[str, Any], since: datetime
) -> dict[datetime, tuple[int, int]]:
    """Of the events that fit `condition` and were received since then: how many, and how many billable, by hour (UTC)
    of receipt. Raises StoreError."""
    found = query(
        "SELECT toStartOfHour(received_at) AS hour, count(), countIf(bot = '') FROM events"
        f" WHERE {condition} AND received_at >= {{since:DateTime64(3, 'UTC')}} GROUP BY hour",
        parameters | {"since": since},
        dataset_id=dataset_id,
    )
    return {hour.replace(tzinfo=UTC): (events, billable) for hour, events, billable in found.rows}
