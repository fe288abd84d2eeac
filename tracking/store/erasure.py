"""Deleting for good: whole datasets, or one person of a dataset, from every table that holds any of it.

Deleting hides rows from every query at once; `purge`, once a night, writes the parts anew without them, and then they
are gone from the disk.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from tracking.store import aggregates
from tracking.store.client import client
from tracking.store.deletes import delete
from tracking.store.errors import translated
from tracking.store.reads import query
from tracking.store.usage import received_by_hour

_PERSON = "person_id IN {ids:Array(UInt64)}"
# Whose rows are a person's. A browser may have had several: what it did for another is that other's.
OF_PERSON = {
    "events": _PERSON,
    "sessions": _PERSON,
    "identity": f"(visitor_id IN {{ids:Array(UInt64)}} OR {_PERSON})",
    "traits": _PERSON,
    "cohort_members": _PERSON,
    "quarantine": "(visitor_id IN {ids:Array(UInt64)} OR user_id != '' AND user_id IN {users:Array(String)})",
}
# What was worked out of everybody's rows knows no persons: it goes as a whole, and is worked out again.
TABLES = (*OF_PERSON, "daily_aggregates", "changed_days")


def delete_datasets(dataset_ids: Collection[int]) -> dict[str, int]:
    """Everything of them; how many rows there were, by table. Raises StoreUnavailable."""
    return {table: delete(table, "1", {"datasets": list(dataset_ids)}) for table in TABLES}


def delete_person(dataset_id: int, ids: Collection[int], users: Sequence[str]) -> dict[str, int]:
    """Everything of one person: `ids` are those of `ids_of`, `users` the names the customer gave them."""
    bound = {"datasets": [dataset_id], "ids": list(ids), "users": list(users)}
    found = {table: delete(table, of, bound) for table, of in OF_PERSON.items()}
    aggregates.forget(dataset_id)
    return found


def received_since(dataset_id: int, ids: Collection[int] | None, since: datetime) -> dict[datetime, tuple[int, int]]:
    """Of the person's events that were received since then, or everybody's: see received_by_hour."""
    return received_by_hour(dataset_id, "1" if ids is None else _PERSON, {"ids": list(ids or ())}, since)


def ids_of(dataset_id: int, person_id: int) -> set[int]:
    """The person and every id that turned out to be them, however long the chain. Raises StoreUnavailable."""
    found, fresh = {person_id}, {person_id}
    while fresh:
        sql = f"SELECT visitor_id FROM identity FINAL WHERE {_PERSON}"
        fresh = {each for (each,) in query(sql, {"ids": list(fresh)}, dataset_id=dataset_id).rows} - found
        found |= fresh
    return found


def visitors_of(dataset_id: int, ids: Collection[int]) -> set[int]:
    """The browsers and devices with which they came."""
    sql = f"SELECT DISTINCT visitor_id FROM sessions WHERE {_PERSON}"
    return {each for (each,) in query(sql, {"ids": list(ids)}, dataset_id=dataset_id).rows}


def users_of(dataset_id: int, ids: Collection[int]) -> list[str]:
    """What the customer calls them."""
    sql = f"SELECT DISTINCT user_id FROM events WHERE {_PERSON} AND user_id != ''"
    return [each for (each,) in query(sql, {"ids": list(ids)}, dataset_id=dataset_id).rows]


def purge() -> None:
    """Writes anew whatever holds deleted rows. Runs in the background of the engine. Raises StoreUnavailable."""
    with translated():
        for table in TABLES:
            client().command(f"ALTER TABLE {table} APPLY DELETED MASK")
