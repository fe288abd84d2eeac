"""What was deleted of what others count: the ledger and the proof of each hour go by when events were received, and an
import of history may be deleted a day after it came.

Written down before anything is deleted, and read as "up to so many are not there": a run that was killed in between has
deleted none or all of them.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from tracking.models import Expiry
from tracking.store import expiry as stored
from workspaces.models import Environment, Workspace

COMPARED = timedelta(days=9)  # longer than anybody looks back: usage.reconcile, conservation

Hours = dict[str, tuple[int, int]]  # ISO hour of receipt, UTC: (events, billable ones)


def noted(dataset_id: int, before: date, known: Hours, now: datetime) -> Hours:
    """`known` and what is about to be deleted, of the days that are still compared. Raises StoreError."""
    since = now - COMPARED
    found = {hour: tuple(known[hour]) for hour in known if datetime.fromisoformat(hour) >= since}
    for moment, (events, billable) in stored.received_since(dataset_id, before, since).items():
        hour = moment.isoformat()
        earlier = found.get(hour, (0, 0))
        found[hour] = (earlier[0] + events, earlier[1] + billable)
    return found  # type: ignore[return-value]  # pairs, as JSON has them as lists


def deleted_by_hour(workspace: Workspace, environment: Environment) -> dict[datetime, int]:
    """Up to so many of the events received in an hour are not in the store any more."""
    rows = Expiry.objects.filter(workspace=workspace, environment=environment)
    hours = rows.values_list("hours", flat=True).first() or {}
    return {datetime.fromisoformat(hour): events for hour, (events, _) in hours.items()}


def billable_by_day(workspace_ids: set[int]) -> Counter[date]:
    """The same of billable events and days (UTC): of live data, the only one that is billed."""
    total: Counter[date] = Counter()
    rows = Expiry.objects.filter(workspace_id__in=workspace_ids, environment="live")
    for hours in rows.values_list("hours", flat=True):
        for hour, (_, billable) in hours.items():
            total[datetime.fromisoformat(hour).astimezone(UTC).date()] += billable
    return total
