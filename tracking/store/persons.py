"""Who is one person: the merges that were written, their application to what was stored before, and what is so of
somebody.

`identity` holds one merge an id: events that carry it as their person belong to another. The writer gives new events
the right person; what was stored before the merge was known is brought up to date by `assign`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracking.store.client import client
from tracking.store.errors import translated
from tracking.store.reads import query

NEW = "transform(person_id, {old:Array(UInt64)}, {new:Array(UInt64)}, person_id)"
OLD = "dataset_id = {dataset:UInt32} AND person_id IN {old:Array(UInt64)}"
AT_ONCE = 1000  # ids in a statement


def merged(dataset_id: int) -> set[int]:
    """Ids that rows carry as their person though they turned out to be somebody else."""
    found: set[int] = set()
    for table in TABLES:
        sql = f"SELECT DISTINCT person_id FROM {table} WHERE person_id IN (SELECT visitor_id FROM identity)"
        found.update(person for (person,) in query(sql, dataset_id=dataset_id).rows)
    return found


def merges(dataset_id: int, ids: Iterable[int]) -> dict[int, int]:
    """id → the person it turned out to be, of those that did."""
    found: dict[int, int] = {}
    for part in _parts(list(ids)):
        sql = "SELECT visitor_id, person_id FROM identity FINAL WHERE visitor_id IN {ids:Array(UInt64)}"
        found.update(dict(query(sql, {"ids": part}, dataset_id=dataset_id).rows))
    return found


def datasets_merged_since(version: int) -> list[int]:
    """Datasets with merges at or after `version`, the moment of receipt in ms."""
    with translated():
        found = client().query(
            "SELECT DISTINCT dataset_id FROM identity WHERE version >= {version:UInt64} ORDER BY dataset_id",
            parameters={"version": version},
        )
        return [dataset_id for (dataset_id,) in found.result_rows]


def assign(dataset_id: int, persons: Mapping[int, int]) -> int:
    """Gives rows that carry a key of `persons` as their person its value; how many ids had any."""
    changed: set[int] = set()
    for part in _parts(list(persons)):
        for table, apply in TABLES.items():
            stale = _carried(dataset_id, table, part)
            if stale:
                apply(dataset_id, table, {old: persons[old] for old in stale})
                changed.update(stale)
    return len(changed)


def _parts(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def traits_of(dataset_id: int, person_id: int) -> dict[str, str]:
    """What is known of a person, by name."""
    rows = query(
        "SELECT name, value FROM traits FINAL WHERE person_id = {person:UInt64} AND value != '' ORDER BY name",
        {"person": person_id},
        dataset_id=dataset_id,
    ).rows
    return dict(rows)


def _carried(dataset_id: int, table: str, ids: list[int]) -> list[int]:
    sql = f"SELECT DISTINCT person_id FROM {table} WHERE person_id IN {{ids:Array(UInt64)}}"
    return [person for (person,) in query(sql, {"ids": ids}, dataset_id=dataset_id).rows]


def _update(dataset_id: int, table: str, persons: Mapping[int, int]) -> None:
    _run(f"UPDATE {table} SET person_id = {NEW} WHERE {OLD}", dataset_id, persons)


def _move(dataset_id: int, table: str, persons: Mapping[int, int]) -> None:
    """The person is part of this table's key, which cannot be updated. Repeating it is harmless: versions stay."""
    rows = f"SELECT dataset_id, name, {NEW}, value, version FROM {table} FINAL WHERE {OLD}"
    _run(f"INSERT INTO {table} (dataset_id, name, person_id, value, version) {rows}", dataset_id, persons)
    _run(f"DELETE FROM {table} WHERE {OLD}", dataset_id, persons)


def _run(sql: str, dataset_id: int, persons: Mapping[int, int]) -> None:
    values: dict[str, Any] = {"dataset": dataset_id, "old": list(persons), "new": list(persons.values())}
    with translated():
        client().command(sql, parameters=values)


TABLES = {"events": _update, "sessions": _update, "traits": _move}
