"""How the columns that every event has are written: dictionaries and ids, for which the driver loops in Python."""

from array import array
from collections.abc import Sequence
from itertools import count
from typing import Any

from clickhouse_connect.datatypes.base import ClickHouseType
from clickhouse_connect.datatypes.registry import get_from_name, parse_name
from clickhouse_connect.datatypes.special import UUID
from clickhouse_connect.datatypes.string import String
from clickhouse_connect.driver.insert import InsertContext

ID_BYTES = 16


def of_type(name: str) -> ClickHouseType:
    """What writes a column of the type, as DESCRIBE TABLE calls it."""
    own = {"LowCardinality(String)": Dictionary, "UUID": Ids}.get(name)
    return own(parse_name(name)[2]) if own else get_from_name(name)


class Dictionary(String, registered=False):
    """LowCardinality(String): each text once, and for each row the place of its own."""

    def _build_lc_dictionary(self, column: Sequence[str], _: InsertContext) -> tuple[list[str], list[int]]:
        texts = list(dict.fromkeys(column))
        if len(texts) == 1:
            return texts, [0] * len(column)
        return texts, list(map(dict(zip(texts, count(), strict=False)).__getitem__, column))


class Ids(UUID, registered=False):
    """UUIDs as 16 bytes each, the first digits first; the store wants both halves the other way round."""

    def _write_column_binary(self, column: Sequence[Any], dest: bytearray, context: InsertContext) -> None:
        if set(map(type, column)) != {bytes}:
            return super()._write_column_binary(column, dest, context)
        if set(map(len, column)) != {ID_BYTES}:
            raise ValueError(f"an id has {ID_BYTES} bytes")
        halves = array("Q", b"".join(column))
        halves.byteswap()
        dest += halves.tobytes()
        return None
