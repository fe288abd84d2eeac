"""Segments and cohorts of one workspace, as questions name them: rows of PostgreSQL become conditions."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model

from analytics import models
from analytics.query.condition_json import from_list
from analytics.query.model import Cohort, Period, QueryError, Segment
from config.lib.clock import day_start
from workspaces.models import Workspace

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class SavedOf:
    """analytics.query.saved.Saved of one workspace."""

    workspace: Workspace
    now: datetime

    def segment(self, uid: str) -> Segment:
        row = self.row(models.Segment, uid, "segment")
        return Segment(str(row.uid), row.name, from_list(row.filters))

    def cohort(self, uid: str) -> Cohort:
        return cohort_of(self.row(models.Cohort, uid, "cohort"), self.now, self.workspace.timezone)

    def row(self, model: type[M], uid: str, what: str) -> M:
        """Of this workspace. QueryError when there is none."""
        found = model._default_manager.filter(workspace=self.workspace, uid=_uid(uid)).first()
        if found is None:
            raise QueryError(f"There is no {what} {uid!r}. Name one by its id, or write out what it says.", "filters")
        return found


def cohort_of(row: models.Cohort, now: datetime, zone: str) -> Cohort:
    """A living cohort is as of today, whatever period is asked about: its days end with this one."""
    if row.kind == models.Cohort.Kind.FROZEN:
        return Cohort(str(row.uid), row.name, list_id=row.pk)
    return Cohort(str(row.uid), row.name, None, last_days(row.days, now, zone), from_list(row.filters))


def last_days(count: int, now: datetime, zone: str) -> Period:
    """`count` calendar days, today among them."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return Period("", day_start(today - timedelta(count - 1), zone), day_start(today + timedelta(1), zone))


def _uid(given: str) -> uuid.UUID:
    """One that nothing has, for what is no id."""
    try:
        return uuid.UUID(given)
    except ValueError:
        return uuid.UUID(int=0)
