"""Periods that reach before the oldest day that is kept: their first days are empty because they were deleted.

Known of every period that is read (analytics.query.parse), so every page, file and answer of the API can say it. What
was deleted is remembered for seconds: to ask the database takes as long as a tenth of the answer.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from analytics.query.model import Period
from tracking.expiry.limits import lately_deleted_before
from tracking.models.rules import FEWEST_DAYS
from workspaces.models import Environment, Workspace


class KeptEvents:
    """Those of one environment."""

    def __init__(self, workspace: Workspace, environment: Environment) -> None:
        self.workspace, self.environment = workspace, environment

    @cached_property
    def since(self) -> datetime | None:
        """What happened before is deleted. None: nothing is."""
        day = lately_deleted_before(self.workspace, self.environment)
        return datetime.combine(day, time(), UTC) if day else None


def told(
    period: Period, compare: Period | None, workspace: Workspace, environment: Environment, now: datetime
) -> tuple[Period, Period | None]:
    """The same periods; those that may reach there can tell."""
    kept = KeptEvents(workspace, environment)
    return _told(period, kept, now), _told(compare, kept, now) if compare else None


def _told(period: Period, kept: KeptEvents, now: datetime) -> Period:
    """Nobody keeps less than FEWEST_DAYS: what is younger need not ask."""
    is_young = period.start >= now - timedelta(FEWEST_DAYS) and period.key != "all"
    return period if is_young else replace(period, kept=kept)
