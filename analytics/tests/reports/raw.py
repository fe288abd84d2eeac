"""Rows straight into the event store, for properties that need many small worlds: each gets a dataset of its own."""

import itertools
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.query.model import Period, Query
from tracking import store

_numbers = itertools.count(3_000_000_000 + uuid.uuid4().int % 500_000_000)


@dataclass(frozen=True)
class Seen:
    """One stored event: what a report can see of it."""

    person: int
    ms: int  # since the epoch
    name: str
    country: str = ""
    session: int = 0
    type: str = "custom"
    path: str = ""
    account: str = ""


def new_dataset() -> int:
    return next(_numbers)


def keep(dataset_id: int, events: Iterable[Seen]) -> None:
    seen = list(events)
    if not seen:
        return
    columns = {
        "dataset_id": [dataset_id] * len(seen),
        "ts": [datetime.fromtimestamp(each.ms / 1000, UTC) for each in seen],
        "received_at": [datetime.fromtimestamp(each.ms / 1000, UTC) for each in seen],
        "type": [each.type for each in seen],
        "name": [each.name for each in seen],
        "visitor_id": [each.person for each in seen],
        "session_id": [each.session or each.person for each in seen],
        "person_id": [each.person for each in seen],
        "event_id": [uuid.uuid4() for _ in seen],
        "country": [each.country for each in seen],
        "path": [each.path for each in seen],
        "props": [{"account": each.account} if each.account else {} for each in seen],
    }
    months = {(moment.year, moment.month) for moment in columns["ts"]}  # type: ignore[union-attr]
    for month in months:
        places = [n for n, moment in enumerate(columns["ts"]) if (moment.year, moment.month) == month]  # type: ignore[union-attr]
        part = {name: [values[n] for n in places] for name, values in columns.items()}
        store.insert("events", part, token=str(uuid.uuid4()))


def asked(dataset_id: int, start: datetime, end: datetime, zone: str = "UTC") -> Query:
    return Query(dataset_id, zone, Period("custom", start, end), metrics=())
