"""Visitors doing things, stored as the writer stores them: real visits, real rows, without the way there.

    store_events(acme.dataset_id(), [page_view("10:00"), click("10:01"), page_view("10:05", "/pricing", visitor=2)])

Times are of 2026-03-09 UTC, the day before the fixed clock, unless they carry a date.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict

from analytics.query.page import PageQuery
from analytics.query.parse import from_params
from config.testing.world import NOW
from tracking import rows, store
from tracking.events import Accepted, Client, Envelope
from tracking.sessionizer import sessionize
from tracking.visits import Key, Visitor
from workspaces.models import Workspace

DAY = "2026-03-09"


@dataclass
class Sent:
    """One event on its way, with what the door would have found out about its sender."""

    at: str
    type: str = "page_view"
    path: str = "/"
    visitor: int = 1
    name: str = ""
    host: str = "acme.example"
    query: str = ""
    client: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at if "T" in self.at else f"{DAY}T{self.at}").replace(tzinfo=UTC)

    @property
    def at_ms(self) -> int:
        return round(self.moment.timestamp() * 1000)

    def accepted(self) -> Accepted:
        url = f"https://{self.host}{self.path}{self.query}"
        values = {"event_id": uuid.uuid4().bytes, "url": url} | self.fields
        return Accepted(type=self.type, name=self.name or self.type, at_ms=self.at_ms, visitor=self.visitor, **values)

    def envelope(self, dataset_id: int) -> Envelope:
        return Envelope(dataset_id, "", self.at_ms, Client(**self.client), [], host="acme.example")


def page_view(at: str, path: str = "/", visitor: int = 1, **others: Any) -> Sent:
    return Sent(at, "page_view", path, visitor, **others)


def click(at: str, path: str = "/", visitor: int = 1) -> Sent:
    return Sent(at, "click", path, visitor)


def goal(at: str, name: str, visitor: int = 1, **fields: Any) -> Sent:
    return Sent(at, "goal", "/", visitor, name, fields=fields)


@dataclass(frozen=True)
class Stored:
    """What went into the store, as the columns of its two tables."""

    events: rows.Columns
    sessions: rows.Columns


def store_events(dataset_id: int, sent: Sequence[Sent], states: dict[Key, Visitor] | None = None) -> Stored:
    """One batch of the writer: visits made by its sessionizer, rows by its columns.

    `states` is what the writer remembers between batches: given twice, the second batch goes on with the visits.
    """
    events = [each.accepted() for each in sent]
    envelopes = [each.envelope(dataset_id) for each in sent]
    visits = sessionize({} if states is None else states, events, envelopes)
    stored = Stored(rows.event_columns(events, envelopes, visits), rows.session_columns(visits))
    _insert("events", stored.events, stored.events["ts"])
    _insert("sessions", stored.sessions, [(visit >> 32) * 1000 for visit in stored.sessions["session_id"]])
    return stored


def _insert(table: str, columns: rows.Columns, times_ms: Sequence[int]) -> None:
    for month, part in rows.by_month(columns, times_ms):
        store.insert(table, part, token=f"{uuid.uuid4()}:{month}")


def page(workspace: Workspace, query: str = "", now: datetime = NOW) -> PageQuery:
    """The state of a page at this query string; yesterday, without comparison, unless it says otherwise."""
    params = QueryDict(query).copy()
    params.setdefault("period", "yesterday")
    params.setdefault("compare", "off")
    return from_params(params, workspace, now)
