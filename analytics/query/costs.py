"""What one question of a workspace may cost: seconds, memory, rows read.

Its plan says so, or an operator (workspaces.costs), else the installation's settings. Past it the engine stops.
"""

import time
from functools import lru_cache
from typing import Any

from django.conf import settings

from analytics.query.recording import note
from tracking import store
from tracking.store import Limits, QueryTimeout, QueryTooLarge, Rows
from workspaces import costs

KNOWN_SECONDS = 10  # a change is known everywhere after this long
INSTEAD = (
    "Ask for a shorter period, drop a breakdown or a condition on what people did, or make it an export: those take "
    "as long as they need."
)


def limits_of(dataset_id: int) -> Limits:
    return _known(dataset_id // 2, int(time.monotonic()) // KNOWN_SECONDS)


def query(sql: str, parameters: dict[str, Any], dataset_id: int) -> Rows:
    """Asked now, past the cache. Raises StoreUnavailable, QueryTimeout, QueryTooLarge."""
    rows = store.query(sql, parameters, dataset_id=dataset_id, limits=limits_of(dataset_id))
    note(sql, parameters, rows)
    return rows


def said(refused: QueryTimeout | QueryTooLarge) -> str:
    """What was too much, how much may be asked, and what to ask instead."""
    most = refused.limits or Limits()
    if isinstance(refused, QueryTimeout):
        return f"That took longer than the {most.max_execution_time:g} seconds that one question may take. {INSTEAD}"
    if refused.is_of_memory:
        megabytes = most.max_memory_usage // 1_000_000
        return f"That needs more than the {megabytes:,} MB of memory that one question may take. {INSTEAD}"
    return f"That reads more than the {most.max_rows_to_read:,} rows that one question may read. {INSTEAD}"


@lru_cache(maxsize=1024)
def _known(workspace_id: int, _now: int) -> Limits:
    usual = (settings.QUERY_MAX_SECONDS, settings.QUERY_MAX_MEGABYTES, settings.QUERY_MAX_ROWS)
    most = dict(zip(costs.COSTS, usual, strict=True)) | costs.of_workspace(workspace_id)
    seconds, megabytes, rows = (most[name] or 0 for name in costs.COSTS)  # 0: the engine's word for no limit
    return Limits(max_execution_time=seconds, max_memory_usage=megabytes * 1_000_000, max_rows_to_read=rows)


def forget() -> None:
    """What is known, after a change that is to hold at once."""
    _known.cache_clear()
