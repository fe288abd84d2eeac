"""What was set aside: the table `quarantine`, in which the newest version of an event tells what became of it.

    waiting ──replay──► replayed        waiting ──discard──► discarded

Read for 30 days, and forgotten then.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tracking.store.client import client
from tracking.store.errors import translated
from tracking.store.reads import query
from tracking.store.writes import insert

KEPT = timedelta(days=30)
MOST_CAUSES = 300
_WAITING = "state = 'waiting' AND received_at > {since:DateTime64(3, 'UTC')}"
_OF_EVENT = f"{_WAITING} AND schema_name = {{schema:String}} AND event = {{event:String}}"
_DISCARD = f"""
INSERT INTO quarantine (dataset_id, event_id, schema_name, event, received_at, state, version)
SELECT dataset_id, event_id, schema_name, event, received_at, 'discarded', version + 1 FROM quarantine FINAL
WHERE dataset_id = {{dataset:UInt32}} AND {_OF_EVENT} AND ({{cause:String}} = '' OR has(causes, {{cause:String}}))
"""


class Cause(NamedTuple):
    """Events of one name that have the same fault. One event may have several."""

    schema_name: str
    event: str
    cause: str
    detail: str
    events: int
    first: datetime
    last: datetime

    @property
    def property(self) -> str:
        return self.cause.partition(":")[2]


@dataclass(frozen=True)
class Waiting:
    event_id: uuid.UUID
    received_at: datetime
    version: int
    envelope: bytes


def causes(dataset_id: int, now: datetime) -> list[Cause]:
    """What waits, by event and cause, the most frequent first."""
    found = query(
        "SELECT schema_name, event, cause, any(detail), count(), min(received_at), max(received_at)"
        f" FROM (SELECT * FROM quarantine FINAL WHERE {_WAITING})"
        " ARRAY JOIN causes AS cause, details AS detail GROUP BY schema_name, event, cause"
        " ORDER BY count() DESC, schema_name, event, cause LIMIT {most:UInt32}",
        {"since": now - KEPT, "most": MOST_CAUSES},
        dataset_id=dataset_id,
    )
    return [Cause(*row) for row in found.rows]


def totals(dataset_id: int, now: datetime) -> dict[tuple[str, str], int]:
    """How many events wait, by (schema, event)."""
    found = query(
        f"SELECT schema_name, event, count() FROM quarantine FINAL WHERE {_WAITING} GROUP BY schema_name, event",
        {"since": now - KEPT},
        dataset_id=dataset_id,
    )
    return {(schema_name, event): number for schema_name, event, number in found.rows}


def count(dataset_id: int, schema_name: str, event: str, now: datetime) -> int:
    """How many events of one name wait."""
    parameters = _parameters(schema_name, event, now)
    found = query(f"SELECT count() FROM quarantine FINAL WHERE {_OF_EVENT}", parameters, dataset_id=dataset_id)
    return int(found.rows[0][0])


def newest(
    dataset_id: int, schema_name: str, event: str, now: datetime, *, most: int, cause: str = ""
) -> list[Waiting]:
    """The latest arrivals of one name, newest first; of one cause if it is given."""
    return _read(
        f"{_OF_EVENT} AND ({{cause:String}} = '' OR has(causes, {{cause:String}})) ORDER BY received_at DESC, event_id",
        _parameters(schema_name, event, now) | {"cause": cause, "most": most},
        dataset_id,
    )


def after(
    dataset_id: int, schema_name: str, event: str, now: datetime, *, most: int, position: uuid.UUID | None
) -> list[Waiting]:
    """The next ones in the order of their ids, so that whoever goes through all of them can be interrupted."""
    return _read(
        f"{_OF_EVENT} AND event_id > {{position:UUID}} ORDER BY event_id",
        _parameters(schema_name, event, now) | {"position": str(position or uuid.UUID(int=0)), "most": most},
        dataset_id,
    )


def settle(dataset_id: int, schema_name: str, event: str, settled: Sequence[Waiting], *, state: str) -> None:
    """Says what became of them. Repeating it is harmless. Raises StoreError."""
    columns: dict[str, Sequence[Any]] = {
        "dataset_id": [dataset_id] * len(settled),
        "event_id": [each.event_id.bytes for each in settled],
        "schema_name": [schema_name] * len(settled),
        "event": [event] * len(settled),
        "received_at": [int(each.received_at.timestamp() * 1000) for each in settled],
        "state": [state] * len(settled),
        "version": [each.version + 1 for each in settled],
    }
    insert("quarantine", columns, token=uuid.uuid4().hex)


def discard(dataset_id: int, schema_name: str, event: str, cause: str, now: datetime) -> None:
    """They are out of the inbox at once, and off the disk when the engine merges."""
    parameters = _parameters(schema_name, event, now) | {"cause": cause, "dataset": dataset_id}
    with translated():
        client().command(_DISCARD, parameters=parameters)


def forget(now: datetime) -> None:
    """Deletes whatever arrived before the days for which it is kept, of all datasets."""
    with translated():
        parameters = {"before": now - KEPT}
        client().command("DELETE FROM quarantine WHERE received_at <= {before:DateTime64(3, 'UTC')}", parameters)


def _parameters(schema_name: str, event: str, now: datetime) -> dict[str, Any]:
    return {"since": now - KEPT, "schema": schema_name, "event": event}


def _read(where: str, parameters: dict[str, Any], dataset_id: int) -> list[Waiting]:
    found = query(
        f"SELECT event_id, received_at, version, envelope FROM quarantine FINAL WHERE {where} LIMIT {{most:UInt32}}",
        parameters,
        dataset_id=dataset_id,
    )
    return [Waiting(event_id, at, version, envelope.encode()) for event_id, at, version, envelope in found.rows]
