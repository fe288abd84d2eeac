"""What people are told of expiry: what a shorter limit would delete, before it is saved, and what was deleted."""

from dataclasses import dataclass
from datetime import date, datetime

from tracking.expiry import limits, places
from tracking.models import Expiry
from tracking.store import StoreError
from tracking.store import expiry as stored
from workspaces.models import ENVIRONMENTS, Workspace


@dataclass(frozen=True)
class Loss:
    """What the next night would delete that it would not delete now."""

    days: int
    before: date
    live: int | None  # events; None: the store is away, so nobody can say
    test: int | None


@dataclass(frozen=True)
class State:
    """Of one environment."""

    environment: str
    before: date
    deleted: str  # what the last run that found anything deleted; empty: nothing was that old yet
    at: datetime | None


def loss(workspace: Workspace, days_before: int, days: int, now: datetime) -> Loss | None:
    """None where nothing more is deleted than before (0 days: for ever)."""
    if not days or days_before and days >= days_before:
        return None
    before = limits.due_before(days, now)
    try:
        live, test = (stored.count(workspace.dataset_id(each), before) for each in ENVIRONMENTS)
    except StoreError:
        return Loss(days, before, None, None)
    return Loss(days, before, live, test) if live or test else None


def states(workspace: Workspace, days: int, now: datetime) -> list[State]:
    """Nothing where events are kept for ever, and always were."""
    rows = {row.environment: row for row in Expiry.objects.filter(workspace=workspace)}
    before = limits.due_before(days, now) if days else date.min
    return [_state(each, rows.get(each), before) for each in ENVIRONMENTS if each in rows or days]


def _state(environment: str, row: Expiry | None, before: date) -> State:
    if row is None:
        return State(environment, before, "", None)
    return State(environment, max(row.before, before), places.told(row), row.finished_at or row.started_at)
