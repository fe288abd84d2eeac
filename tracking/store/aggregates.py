"""What was worked out of a day and is kept (schema 0009), and which days have changed since."""

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

from tracking.store.client import client
from tracking.store.deletes import delete
from tracking.store.errors import translated
from tracking.store.model import Limits
from tracking.store.reads import confined
from tracking.store.writes import insert

EVERY_DAY = 0


def keep(dataset_id: int, sql: str, parameters: dict[str, Any], limits: Limits) -> None:
    """Stores the rows of `sql`: dataset_id, question, day, made_at, groups, states.

    Raises StoreUnavailable, QueryTimeout, QueryTooLarge.
    """
    with translated(limits):
        client().command(
            f"INSERT INTO daily_aggregates (dataset_id, question, day, made_at, groups, states) {sql}",
            parameters=parameters,
            settings={**confined(dataset_id, limits), "readonly": 0, "distributed_foreground_insert": 1},
        )


def forget(dataset_id: int, before: date | None = None) -> None:
    """All that was worked out of its days, or of those that begin before one: rows of them went. Raises
    StoreUnavailable."""
    if before is None:  # what is being worked out now may still have seen them
        insert("changed_days", {"dataset_id": [dataset_id], "day": [EVERY_DAY]}, token=uuid.uuid4().hex)
    until = int(datetime.combine(before, time(), UTC).timestamp()) if before else (1 << 32) - 1
    delete("daily_aggregates", "day < {until:UInt32}", {"datasets": [dataset_id], "until": until})
