"""Reading: every statement is confined to one dataset by the engine itself, whatever the statement says."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from tracking.events import MAX_HISTORY_DAYS
from tracking.store.address import Address
from tracking.store.client import address, client
from tracking.store.errors import StoreError, StoreUnavailable, translated
from tracking.store.exchange import ask, quoted
from tracking.store.model import DEFAULT, EXPORT, Limits, Rows
from tracking.store.streams import blocks

TENANT_TABLES = (
    "events",
    "sessions",
    "identity",
    "cohort_members",
    "traits",
    "quarantine",
    "daily_aggregates",
    "changed_days",
)
# What the engine reads past its filters: tables found by pattern, a table's index, the server's own tables.
_UNFILTERED = re.compile(r"\b(?:merge|mergeTree\w+)\s*\(|\bsystem\s*\.", re.IGNORECASE)
_EPOCH = date(1970, 1, 1)  # a Date holds none before
# Keep what was decoded for the next question, however many rows a question reads (a quarter less time; exports do
# not, they would push everything else out).
_CACHED = {"use_uncompressed_cache": 1, "merge_tree_max_rows_to_use_cache": 1_000_000_000}
# FINAL reads every column of every visit before it asks one condition. Left to itself, the engine then makes a stage of
# each condition, in blocks of a megabyte: a fifth more work for the cards of a million events. Where a statement reads
# single events, conditions must stay at the reading (PREWHERE), which this takes from those that do not say so.
_OF_VISITS = {"query_plan_merge_filters": 0, "preferred_block_size_bytes": 8_000_000}
# Judging a condition only where those before it hold, the engine sorts out the rows first and puts the answers back
# afterwards. A text of each row is worth that, one that is a dictionary is not: 103 -> 70 million instructions to count
# the views of a million whose page contains a text.
_OF_DICTIONARIES = {"short_circuit_function_evaluation": "disable"}


def query(
    sql: str,
    parameters: dict[str, Any] | None = None,
    *,
    dataset_id: int,
    limits: Limits = DEFAULT,
    of_visits: bool = False,
    of_dictionaries: bool = False,
) -> Rows:
    """The rows of `sql`, which names tables unqualified and its values as {name:Type}.

    `of_visits`: it goes through the rows of `sessions FINAL`, and any events it looks up it reads with PREWHERE.
    `of_dictionaries`: it judges no text that each row has of its own, as a property is.
    Raises StoreUnavailable, QueryTimeout, QueryTooLarge; StoreError for a faulty statement.
    """
    _refuse_unfiltered(sql)
    with translated(limits):
        to = address()
        result, counted = ask(to, sql, parameters, _around(to, dataset_id, limits, of_visits, of_dictionaries))
        return Rows(
            names=tuple(result.column_names),
            rows=cast(list[tuple[Any, ...]], list(result.result_rows)),
            rows_read=int(counted.get("read_rows", 0)),
            engine_ms=int(counted.get("elapsed_ns", 0)) / 1e6,
        )


def stream(sql: str, parameters: dict[str, Any] | None = None, *, dataset_id: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of `sql` in blocks of up to 65,536, in constant memory. Closing the iterator stops the engine.

    Raises as `query` does, possibly after some blocks.
    """
    _refuse_unfiltered(sql)
    return blocks(sql, parameters, confined(dataset_id, EXPORT))


def existing_events(dataset_id: int, event_ids: Sequence[bytes]) -> set[bytes]:
    """Which of these ids (16 bytes each) the dataset holds already. Made for up to some hundred ids at once.

    The writer asks, for all tenants: so the statement is the house's and waits behind no tenant's own questions.
    """
    if not event_ids:
        return set()
    ids = [event_id.hex() for event_id in event_ids]
    with translated(DEFAULT):
        found = client().query(
            "SELECT DISTINCT UUIDToNum(event_id) FROM events"
            " WHERE dataset_id = {dataset_id:UInt32} AND event_id IN {ids:Array(UUID)}",
            parameters={"dataset_id": dataset_id, "ids": ids},
            settings=_settings(DEFAULT),
        )
    return {event_id for (event_id,) in found.result_rows}


def event_ids_since(received: datetime) -> Iterator[list[tuple[int, bytes]]]:
    """(dataset_id, event_id) of all events received at or after `received`, of all datasets, in blocks."""
    # ts bounds the scan by the key; an event is at most MAX_HISTORY_DAYS older than its receipt.
    return blocks(
        "SELECT dataset_id, UUIDToNum(event_id) FROM events"
        " WHERE received_at >= {received:DateTime64(3, 'UTC')} AND toDate(ts) >= {oldest:Date}",
        {"received": received, "oldest": max(_EPOCH, (received - timedelta(days=MAX_HISTORY_DAYS + 1)).date())},
        _settings(EXPORT),
    )


def is_up() -> bool:
    """Whether the store answers within a second. Never raises."""
    try:
        return client().ping(timeout=1)
    except StoreUnavailable:
        return False


@lru_cache(maxsize=1024)
def _around(to: Address, dataset_id: int, limits: Limits, of_visits: bool, of_dictionaries: bool) -> str:
    own = _CACHED | (_OF_VISITS if of_visits else {}) | (_OF_DICTIONARIES if of_dictionaries else {})
    return quoted(to, confined(dataset_id, limits) | own)


def _refuse_unfiltered(sql: str) -> None:
    found = _UNFILTERED.search(sql)
    if found:
        raise StoreError(f"{found[0]} … is not confined to a dataset; read from {', '.join(TENANT_TABLES)}")


def confined(dataset_id: int, limits: Limits) -> dict[str, Any]:
    """Settings of a statement that reads one dataset."""
    return _settings(limits) | _confined_to(dataset_id)


def _settings(limits: Limits) -> dict[str, Any]:
    return {
        "readonly": 1,
        "max_execution_time": limits.max_execution_time,
        "max_memory_usage": limits.max_memory_usage,
        "max_rows_to_read": limits.max_rows_to_read,
        "max_threads": limits.max_threads,
        # Whoever hangs up does not want the answer any more (tracking.store.connections).
        "cancel_http_readonly_queries_on_client_close": 1,
        # A visit's partition follows from its key, so FINAL need not compare months.
        "do_not_merge_across_partitions_select_final": 1,
        # All conditions are judged in one pass. Column by column, as the engine would by itself, every condition sorts
        # out its rows and costs a third more than the few values that stay unread save.
        "enable_multiple_prewhere_read_steps": 0,
        # A long list in IN prunes nothing of a key it is spread over, and sorting it for the index costs 4 ms in 27.
        "use_index_for_in_with_subqueries_max_values": 1000,
        # From 100,000 groups on the engine would hand them over in 256 small blocks, and whatever is worked out of each
        # person's list pays its overhead 256 times (a strict funnel: 5.3 -> 2.1 billion instructions).
        "group_by_two_level_threshold": 1_000_000,
        "group_by_two_level_threshold_bytes": 500_000_000,
    }


def _confined_to(dataset_id: int) -> dict[str, Any]:
    """The engine adds this condition to every reading of the table: in joins, subqueries, CTEs, under FINAL.

    With readonly=1 a statement's own SETTINGS cannot take it back.
    """
    where = address()
    suffixes = ("", "_local") if where.topology == "sharded" else ("",)
    names = [f"{where.database}.{table}{suffix}" for table in TENANT_TABLES for suffix in suffixes]
    return {"additional_table_filters": {name: f"dataset_id = {int(dataset_id)}" for name in names}}
