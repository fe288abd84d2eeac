"""One run over one environment: what is older than its workspace keeps it leaves every place.

killed earlier?  ──yes──► the same row again, to its end
anything due?    ──yes──► expiring: others bring up to date what they make of events (aggregated metrics)
                          Expiry row: from here on the door refuses that time, and reports say so
                          place after place ► reports ask anew ► audit entry
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.dispatch import Signal

from tracking import books, buffer
from tracking.expiry import limits, places
from tracking.models import CollectionRules, Expiry
from tracking.store import expiry as stored
from workspaces import api_keys, audit
from workspaces.models import Environment, Workspace

LEASE = timedelta(minutes=30)  # of a run; deleting twice at once is harmless, and would be counted twice
# workspace=Workspace, environment, now; before anything is gone. Who raises keeps the events until the next night.
expiring = Signal()
expired = Signal()  # row=Expiry: all of it is gone; a listener may hear it twice


def expire(workspace: Workspace, environment: Environment, now: datetime) -> None:
    """Raises StoreError, redis.RedisError and what listeners raise: nothing is lost, the next run goes on."""
    if unfinished := _claimed(workspace, environment, now):
        _delete(unfinished, now)
    row = CollectionRules.objects.filter(workspace=workspace).first()
    days = limits.days_of(row)
    before = limits.due_before(days, now)
    if not days or not stored.holds(workspace.dataset_id(environment), before):
        return
    expiring.send(Expiry, workspace=workspace, environment=environment, now=now)
    if begun := _begin(workspace, environment, before, now):
        _delete(begun, now)


def _claimed(workspace: Workspace, environment: Environment, now: datetime) -> Expiry | None:
    """The row of a run that was killed."""
    killed = Expiry.objects.filter(finished_at=None, started_at__lte=now - LEASE)
    if not killed.filter(workspace=workspace, environment=environment).update(started_at=now):
        return None
    return Expiry.objects.get(workspace=workspace, environment=environment)


@transaction.atomic
def _begin(workspace: Workspace, environment: Environment, before: date, now: datetime) -> Expiry | None:
    """None: somebody else is at it, or this was done. What came late, of days that are deleted, goes with the next."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)  # one at a time
    row = Expiry.objects.filter(workspace=workspace, environment=environment).first()
    row = row or Expiry(workspace=workspace, environment=environment, before=date.min, finished_at=now)
    if row.finished_at is None or row.before >= before:
        return None
    going = stored.received_since(workspace.dataset_id(environment), before, now - books.COMPARED)
    row.hours = books.noted(row.hours, going, now)
    row.before, row.started_at, row.finished_at = before, now, None
    row.found, row.is_purged = {}, False
    row.save()
    return row


def _delete(row: Expiry, now: datetime) -> None:
    api_keys.forget()  # this process's door and its reports know at once, every other's within seconds
    limits.forget()
    try:
        for place, number in places.delete(row):
            row.found[place] = row.found.get(place, 0) + number
            row.save(update_fields=["found"])
        buffer.touch(places.dataset_of(row))  # answers that were kept are not true any more
        expired.send(Expiry, row=row)
    except Exception:
        Expiry.objects.filter(pk=row.pk).update(started_at=now - LEASE)  # whoever tries again need not wait
        raise
    row.finished_at = now
    with transaction.atomic():
        row.save(update_fields=["finished_at"])
        if row.total:
            _tell(row, now)


def _tell(row: Expiry, now: datetime) -> None:
    said = f"{row.environment} events before {row.before:%Y-%m-%d}: {places.told(row)}"
    audit.record(row.workspace.organization, "MetricPal", "events.expire", said, now=now, workspace=row.workspace)
