"""Writing: column lists in, one block, stored once for each token.

The driver's own encoder is used, but for two types of columns (tracking.store.columns): blocks built by hand were
not faster.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from clickhouse_connect.datatypes.base import ClickHouseType
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.insert import InsertContext

from tracking.store import columns as written
from tracking.store.client import INSERT_TIMEOUT, client
from tracking.store.errors import QueryTimeout, QueryTooLarge, StoreError, StoreUnavailable, translated

# Types of a table's columns, by (address, database, table): asked once, and again when a column is new.
_types: dict[tuple[str, str | None, str], dict[str, ClickHouseType]] = {}


def insert(table: str, columns: Mapping[str, Sequence[Any]], *, token: str) -> None:
    """Stores one block: `columns` by name, all of one length, times as epoch milliseconds, ids of 16 bytes as bytes.

    A second insert with the same token does nothing, so the rows of a token must never change; rows of several
    months need an insert and a token for each. Returns when the rows are on the disk.
    Raises StoreUnavailable (send it again) or StoreError (these rows cannot be stored).
    """
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise StoreError(f"the columns of a block must have one length, not {sorted(lengths)}")
    rows = max(lengths, default=0)
    if rows:
        _send(table, columns, rows, token)


def _send(table: str, columns: Mapping[str, Sequence[Any]], rows: int, token: str) -> None:
    try:
        with translated():
            store = client(INSERT_TIMEOUT)
            block = _block(store, table, columns, rows, token)
            store.data_insert(block)
    except (QueryTimeout, QueryTooLarge) as error:
        # An insert has no limits of its own: it was the engine that had no room for it now.
        raise StoreUnavailable(str(error)) from error
    except (TypeError, ValueError, AttributeError, OverflowError, struct.error) as error:
        raise StoreError(f"{table}: a value does not fit its column: {error}") from error


def _block(store: Client, table: str, columns: Mapping[str, Sequence[Any]], rows: int, token: str) -> InsertContext:
    return InsertContext(
        table,
        list(columns),
        _column_types(store, table, columns),
        list(columns.values()),
        column_oriented=True,
        settings=_settings(token),
        block_size=rows,  # one block, hence one part: that is what the token names
    )


def _settings(token: str) -> dict[str, Any]:
    return {
        # On a cluster the answer waits for the shards; otherwise it means "will be sent".
        "distributed_foreground_insert": 1,
        "async_insert": 0,  # the server's default gathers inserts of many senders, and tokens with them
        "max_insert_threads": 1,  # the default cuts an insert into several parts
        "deduplicate_insert": "enable",
        "insert_deduplication_token": token,
    }


def _column_types(store: Client, table: str, names: Mapping[str, object]) -> list[ClickHouseType]:
    key = (store.uri, store.database, table)
    known = _types.get(key, {})
    if not names.keys() <= known.keys():
        known = _types[key] = _described(store, table)
    unknown = names.keys() - known.keys()
    if unknown:
        raise StoreError(f"{table} has no column {', '.join(sorted(unknown))}; run migrate_events or correct the name")
    return [known[name] for name in names]


def _described(store: Client, table: str) -> dict[str, ClickHouseType]:
    described = store.query(f"DESCRIBE TABLE `{table}`").result_rows
    return {name: written.of_type(kind) for name, kind, *_ in described}
