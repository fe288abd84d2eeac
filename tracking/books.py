"""What was deleted of what others count: the ledger and the proof of each hour go by when events were received.

An import of history may be deleted for its age a day after it came, a person or a workspace may be erased at any time.

Written down before anything is deleted, and read as "up to so many are not there": a run that was killed in between has
deleted none or all of them.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q

from tracking.models import Erasure, Expiry
from workspaces.models import Environment, Workspace

COMPARED = timedelta(days=9)  # longer than anybody looks back: usage.reconcile, conservation

Hours = dict[str, tuple[int, int]]  # ISO hour of receipt, UTC: (events, billable ones)


def noted(known: Hours, found: Mapping[datetime, tuple[int, int]], now: datetime) -> Hours:
    """`known` and what is about to be deleted, of the days that are still compared."""
    kept = {hour: tuple(known[hour]) for hour in known if datetime.fromisoformat(hour) >= now - COMPARED}
    for moment, (events, billable) in found.items():
        earlier = kept.get(moment.isoformat(), (0, 0))
        kept[moment.isoformat()] = (earlier[0] + events, earlier[1] + billable)
    return kept  # type: ignore[return-value]  # pairs, as JSON has them as lists


def deleted_by_hour(workspace: Workspace, environment: Environment, since: datetime) -> Counter[datetime]:
    """Up to so many of the events received in an hour are not in the store any more. `since`: of hours from then on."""
    total: Counter[datetime] = Counter()
    expired = Expiry.objects.filter(workspace=workspace, environment=environment).values_list("hours", flat=True)
    for hours in [*expired, *_erased([workspace.dataset_id(environment)], since)]:
        for hour, (events, _) in hours.items():
            total[datetime.fromisoformat(hour)] += events
    return total


def billable_by_day(workspace_ids: Collection[int], since: datetime) -> Counter[date]:
    """The same of billable events and days (UTC): of live data, the only one that is billed. Also of workspaces that
    are deleted."""
    total: Counter[date] = Counter()
    expired = Expiry.objects.filter(workspace_id__in=workspace_ids, environment="live").values_list("hours", flat=True)
    erased = _erased([Workspace(id=each).dataset_id() for each in workspace_ids], since)
    for hours in [*expired, *erased]:
        for hour, (_, billable) in hours.items():
            total[datetime.fromisoformat(hour).astimezone(UTC).date()] += billable
    return total


def _erased(datasets: list[int], since: datetime) -> Iterator[Hours]:
    """Of each erasure of these that may have taken what was received since then."""
    rows = Erasure.objects.filter(Q(swept_at=None) | Q(swept_at__gte=since), datasets__overlap=datasets)
    for by_dataset in rows.exclude(hours={}).values_list("hours", flat=True):
        yield from (by_dataset[str(each)] for each in datasets if str(each) in by_dataset)
