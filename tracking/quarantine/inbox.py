"""What waits in quarantine, for people: by event, each with its causes, and what a rule might do about one."""

import json
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from tracking.quarantine.repair import opened
from tracking.schemas.compiled import Schema
from tracking.store import quarantine
from tracking.store.quarantine import Cause

SAMPLES = 20


@dataclass(frozen=True)
class Group:
    """The events of one name of one schema."""

    schema_name: str
    event: str
    events: int
    causes: list[Cause]

    @property
    def last(self) -> datetime:
        return max(each.last for each in self.causes)


@dataclass(frozen=True)
class Sample:
    received_at: datetime
    event_id: str
    properties: dict[str, Any]
    faults: list[tuple[str, str]]  # (property or "", sentence)

    @property
    def as_json(self) -> str:
        return json.dumps(self.properties, ensure_ascii=False)


def groups(dataset_id: int, now: datetime) -> list[Group]:
    """The largest first. Raises StoreError."""
    totals = quarantine.totals(dataset_id, now)
    found: dict[tuple[str, str], list[Cause]] = {}
    for cause in quarantine.causes(dataset_id, now):
        found.setdefault((cause.schema_name, cause.event), []).append(cause)
    every = [Group(*name, totals.get(name, 0), causes) for name, causes in found.items()]
    return sorted(every, key=lambda group: (-group.events, group.schema_name, group.event))


def samples(dataset_id: int, schema_name: str, event: str, cause: str, now: datetime) -> list[Sample]:
    """The newest, of one cause if it is given. Raises StoreError."""
    rows = quarantine.newest(dataset_id, schema_name, event, now, most=SAMPLES, cause=cause)
    return [_sample(row) for row in rows]


def suggestion(group: Group, cause: str, schema: Schema | None, seen: list[Sample]) -> dict[str, str]:
    """What a rule about this cause would most likely be: fields of the form."""
    code, _, name = cause.partition(":")
    checks = schema.events.get(group.event) if schema else None
    if code == "event":
        close = get_close_matches(group.event, schema.events if schema else [], 1)
        return {"action": "rename_event", "new_name": close[0] if close else ""}
    declared = [demand.name for demand in checks.demands] if checks else []
    kinds = {demand.name: demand.kind for demand in checks.demands} if checks else {}
    if code == "type":
        return {"action": "cast", "property": name, "kind": kinds.get(name, "string")}
    if code == "undeclared":
        close = get_close_matches(name, declared, 1)
        return {"action": "rename", "property": name, "new_name": close[0]} if close else _drop(name)
    if code == "required":
        strange = {each for sample in seen for each in sample.properties if each not in declared}
        close = get_close_matches(name, strange, 1)
        rename = {"action": "rename", "property": close[0], "new_name": name} if close else None
        return rename or {"action": "default", "property": name}
    return _drop(name) if name else {}


def said(schema_name: str, event: str, cause: str) -> str:
    """For the audit log."""
    return f"{event} of {schema_name}" + (f": {cause}" if cause else "")


def _drop(name: str) -> dict[str, str]:
    return {"action": "drop", "property": name}


def _sample(row: quarantine.Waiting) -> Sample:
    _, aside = opened(row.envelope)
    names = [cause.partition(":")[2] for cause in aside.causes]
    return Sample(row.received_at, str(row.event_id), aside.properties, list(zip(names, aside.details, strict=True)))
