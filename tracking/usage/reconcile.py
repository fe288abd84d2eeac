"""Counters, ledger and event store compared, each night: three ways to count the same events must agree.

    stored and billable (event store) ── must equal ──► booked (ledger) ── must equal ──► counted (Valkey)

A day with a difference is kept, shown to operators and counted for their alarms until it is gone. Counters are put
right at once, since limits go by them. The ledger is never touched: why it differs is for a person to find out. Events
that were erased since, or grew too old, leave the store behind the ledger; they were used all the same. Which those are
is told by tracking.books.
"""

import logging
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import TruncDate

from config.lib.redis_clients import buffer_client
from tracking import books, conservation
from tracking.models import UsageDifference, UsageEntry
from tracking.store.usage import billable_by_day
from tracking.usage import counters, hold, ledger, warm
from tracking.usage.lines import EVENTS
from workspaces.models import Organization, Workspace

log = logging.getLogger(__name__)
DAYS = 7  # that are over: what is late by more than that has been looked at before


def run(now: datetime) -> int:
    """Compare the last days of everybody; the number of days that differ. Raises StoreError, redis.RedisError."""
    ledger.drain(now)
    hold.keep()
    hold.recount()
    for organization_id in Organization.objects.order_by("id").values_list("id", flat=True):
        compare(organization_id, now)
    with transaction.atomic():
        row = ledger.progress()
        row.reconciled_at = now
        row.save(update_fields=["reconciled_at"])
    return differing_days()


def differing_days() -> int:
    """Days of organizations on which counters, ledger and event store disagreed when they were compared last."""
    return UsageDifference.objects.count()


def compare(organization_id: int, now: datetime) -> list[UsageDifference]:
    """The days of one organization that differ, as they are kept from now on."""
    # What is counted and waits to be stored is no difference.
    end = min(now, conservation.settled_until()).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = end - timedelta(days=DAYS)
    ids = _workspaces(organization_id, start, end)
    booked, stored = _booked(organization_id, start, end), _stored(ids, start, end)
    _add_deleted(stored, booked, ids, start)
    days = [start.date() + timedelta(number) for number in range(DAYS)]
    counted = {day: _counted(organization_id, day) for day in days}
    found = [
        UsageDifference(
            organization_id=organization_id,
            day=day,
            counted=counted[day],
            booked=booked[day],
            stored=stored[day],
            found_at=now,
        )
        for day in days
        if booked[day] != stored[day] or counted[day] not in (None, booked[day])
    ]
    _keep(organization_id, days, found)
    for each in found:
        log.error("usage of organization %d differs on %s", organization_id, each)
        _put_right(each)
    warm.warm(organization_id, counters.keys(organization_id, now))  # where they were lost altogether
    return found


def _booked(organization_id: int, start: datetime, end: datetime) -> Counter[date]:
    rows = UsageEntry.objects.filter(organization_id=organization_id, metric=EVENTS, at__gte=start, at__lt=end)
    days = rows.annotate(day=TruncDate("at", tzinfo=UTC)).order_by().values_list("day").annotate(Sum("quantity"))
    return Counter(dict(days))


def _workspaces(organization_id: int, start: datetime, end: datetime) -> set[int]:
    """Also those that are deleted: what they used is still booked."""
    booked = UsageEntry.objects.filter(organization_id=organization_id, metric=EVENTS, at__gte=start, at__lt=end)
    ids = set(booked.order_by().values_list("workspace_id", flat=True).distinct())
    return ids | set(Workspace.objects.filter(organization_id=organization_id).values_list("id", flat=True))


def _stored(ids: set[int], start: datetime, end: datetime) -> Counter[date]:
    total: Counter[date] = Counter()
    for workspace_id in ids:
        total.update(billable_by_day(Workspace(id=workspace_id).dataset_id(), start, end))
    return total


def _add_deleted(stored: Counter[date], booked: Counter[date], ids: set[int], start: datetime) -> None:
    """What grew too old or was erased since was stored, and is booked."""
    for day, events in books.billable_by_day(ids, start).items():
        stored[day] += min(max(booked[day] - stored[day], 0), events)


def _counted(organization_id: int, day: date) -> int | None:
    """None where nothing was counted, or the counters of the day are gone."""
    found: Any = buffer_client().hget(_hashes(organization_id, day)[0], EVENTS)
    return None if found is None else int(found)


def _hashes(organization_id: int, day: date) -> tuple[str, str]:
    return counters.keys(organization_id, datetime(day.year, day.month, day.day, tzinfo=UTC))


@transaction.atomic
def _keep(organization_id: int, days: list[date], found: list[UsageDifference]) -> None:
    UsageDifference.objects.filter(organization_id=organization_id, day__in=days).delete()
    UsageDifference.objects.bulk_create(found)


def _put_right(difference: UsageDifference) -> None:
    """By what they differ, and not to a number: events are counted while this runs."""
    if difference.counted is None:
        return
    with buffer_client().pipeline() as pipe:
        for hash_ in _hashes(difference.organization_id, difference.day):
            pipe.hincrby(hash_, EVENTS, difference.booked - difference.counted)
        pipe.execute()
