"""The only door to the event store. Everything else in the project sees these names and no ClickHouse.

    query      rows of one dataset, within limits
    stream     the same in blocks, for exports of any length
    insert     one block into one table; the same token is stored once
    existing_events, event_ids_since
               what the duplicate check asks
    add_to_list, delete_list
               frozen lists of people
    is_up

Each raises StoreUnavailable when the store is away: try again later. Errors are tracking.store.errors.
"""

from tracking.store.errors import QueryTimeout, QueryTooLarge, StoreError, StoreUnavailable
from tracking.store.lists import add_to_list, delete_list
from tracking.store.model import DEFAULT, EXPORT, Limits, Rows
from tracking.store.reads import event_ids_since, existing_events, is_up, query, stream
from tracking.store.writes import insert

__all__ = [
    "DEFAULT",
    "EXPORT",
    "Limits",
    "QueryTimeout",
    "QueryTooLarge",
    "Rows",
    "StoreError",
    "StoreUnavailable",
    "add_to_list",
    "delete_list",
    "event_ids_since",
    "existing_events",
    "insert",
    "is_up",
    "query",
    "stream",
]
