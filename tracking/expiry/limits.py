"""For how long a workspace keeps its events, and which of them are deleted by now."""

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from tracking.models import CollectionRules, Expiry
from tracking.models.rules import FEWEST_DAYS
from workspaces.models import Environment, Workspace


class Kept(NamedTuple):
    """As the door reads it."""

    days: int  # 0: for ever
    deleted_before_ms: int  # nothing of the time before it is taken again; 0: nothing was deleted


FOR_EVER = Kept(0, 0)
KNOWN_SECONDS = 10


def days_of(row: CollectionRules | None) -> int:
    """0: for ever."""
    return (row.event_days if row else None) or usual_days()


def usual_days() -> int:
    """Where a workspace says nothing. A setting below the shortest limit is a slip, and must not delete by it."""
    return max(settings.DATA_RETENTION_DAYS, FEWEST_DAYS) if settings.DATA_RETENTION_DAYS > 0 else 0


def due_before(days: int, now: datetime) -> date:
    """What happened before this day (UTC) is older than `days` days, all of it."""
    return now.astimezone(UTC).date() - timedelta(days)


def deleted_before(workspace: Workspace, environment: Environment) -> date | None:
    """Events before this day (UTC) are deleted; None: none are."""
    rows = Expiry.objects.filter(workspace=workspace, environment=environment)
    return rows.values_list("before", flat=True).first()


def lately_deleted_before(workspace: Workspace, environment: Environment) -> date | None:
    """`deleted_before` as of KNOWN_SECONDS ago at most, for whoever asks with every question."""
    return _known(workspace.pk, environment, int(time.monotonic()) // KNOWN_SECONDS)


@lru_cache(maxsize=4096)
def _known(workspace_id: int, environment: Environment, _now: int) -> date | None:
    return deleted_before(Workspace(pk=workspace_id), environment)


def forget() -> None:
    """What this process knows, after a change."""
    _known.cache_clear()


def kept(row: CollectionRules | None, workspace: Workspace, environment: Environment) -> Kept:
    before = deleted_before(workspace, environment)
    return Kept(days_of(row), epoch_ms(before) if before else 0)


def epoch_ms(day: date) -> int:
    """Its first moment."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
