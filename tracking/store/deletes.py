"""Deleting rows of any table that holds datasets: every query misses them at once (erasure.purge clears the disk)."""

from typing import Any

from tracking.store.client import client
from tracking.store.errors import translated


def delete(table: str, of: str, bound: dict[str, Any]) -> int:
    """The rows that `of` names, a condition of `bound`, which has the `datasets`; how many. Raises StoreUnavailable."""
    where = f"dataset_id IN {{datasets:Array(UInt32)}} AND {of}"
    with translated():
        [(rows,)] = client().query(f"SELECT count() FROM {table} WHERE {where}", parameters=bound).result_rows
        if rows:
            client().command(f"DELETE FROM {table} WHERE {where}", parameters=bound)
    return int(rows)
