"""Frozen lists of people, for conditions on a cohort: written once, read as a set, deleted as a whole. Who is erased or
has no event left is taken off."""

from collections.abc import Sequence

from tracking.store.client import client
from tracking.store.errors import translated
from tracking.store.reads import query
from tracking.store.writes import insert

TABLE = "cohort_members"


def add_to_list(dataset_id: int, list_id: int, person_ids: Sequence[int], *, token: str) -> None:
    """A person who is on it already may be added again. Raises StoreUnavailable."""
    count = len(person_ids)
    columns = {"dataset_id": [dataset_id] * count, "list_id": [list_id] * count, "person_id": list(person_ids)}
    insert(TABLE, columns, token=token)


def sizes(dataset_id: int) -> dict[int, int]:
    """How many people are on each list; empty ones are not told. Raises StoreError."""
    found = query(f"SELECT list_id, uniqExact(person_id) FROM {TABLE} GROUP BY list_id", dataset_id=dataset_id)
    return dict(found.rows)


def delete_list(dataset_id: int, list_id: int) -> None:
    """Raises StoreUnavailable."""
    with translated():
        client().command(
            f"DELETE FROM {TABLE} WHERE dataset_id = {{dataset:UInt32}} AND list_id = {{list:UInt64}}",
            parameters={"dataset": dataset_id, "list": list_id},
        )
