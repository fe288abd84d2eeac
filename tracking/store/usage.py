"""How many billable events are stored: what the ledger is compared with."""

from datetime import date, datetime

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
