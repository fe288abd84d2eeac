"""One pass of an erasure through every place, and when it is the last."""

from collections import Counter
from datetime import datetime, timedelta

import redis
import structlog
from django.db import transaction

from tracking import books, buffer
from tracking.erasure import again, copies, envelopes, states
from tracking.models import Erasure, Expiry, SeenProperty
from tracking.store import StoreError, erased
from tracking.store import erasure as stored
from workspaces import audit
from workspaces.models import Organization

LEASE = timedelta(minutes=10)  # of a pass; deleting twice at once is harmless
AGAIN = timedelta(minutes=1)
# Every process has heard that a key is gone, and clocks differ.
MARGIN = timedelta(seconds=15)
log = structlog.get_logger()


def due(now: datetime) -> list[int]:
    return list(Erasure.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True))


def erase(pk: int, now: datetime) -> None:
    """One pass. Does nothing when it is not due. A store that is away is asked again in a minute."""
    if not Erasure.objects.filter(pk=pk, due_at__lte=now).update(due_at=now + LEASE):
        return
    erasure = Erasure.objects.get(pk=pk)
    try:
        is_last = _is_last(erasure)
        found = _everywhere(erasure, now)
        if is_last:
            again.note(erasure)
    except (StoreError, redis.RedisError) as error:
        log.warning("erasure postponed", erasure=str(erasure.uid), error=str(error)[:200])
        Erasure.objects.filter(pk=pk).update(due_at=now + AGAIN)
        return
    _note(erasure, found, now, is_last=is_last)


def purge(now: datetime) -> None:
    """What was deleted leaves the disk. Raises StoreUnavailable: tried again the next night."""
    done = Erasure.objects.filter(swept_at__isnull=False, purged_at=None)
    pks = list(done.values_list("pk", flat=True))
    expired = list(Expiry.objects.filter(is_purged=False).values_list("pk", "before"))
    if pks or expired:
        stored.purge()
        Erasure.objects.filter(pk__in=pks, done_at__isnull=False).update(purged_at=now)
    for pk, before in expired:
        Expiry.objects.filter(pk=pk, before=before, finished_at__isnull=False).update(is_purged=True)


def _is_last(erasure: Erasure) -> bool:
    """Whether what was on its way at the pass before is stored by now: then this pass meets all of it."""
    return erasure.swept_at is not None and buffer.watermark() > erasure.swept_at + MARGIN


def _everywhere(erasure: Erasure, now: datetime) -> Counter[str]:
    """From where events come to where they stay, so that none slips past."""
    found = Counter({"held": envelopes.erase_held(erasure), "unstorable": envelopes.erase_unstorable(erasure)})
    ids = {int(each) for each in erasure.ids}
    for dataset_id in erasure.datasets:
        states.forget(dataset_id, stored.visitors_of(dataset_id, ids) | ids if erasure.is_person else None)
    found.update(_in_store(erasure, ids, now))
    if erasure.is_person:
        _forget_examples(erasure)
    found.update(copies.erase(erasure, now))
    for dataset_id in erasure.datasets:
        buffer.touch(dataset_id)  # answers that were kept are not true any more
    return found


def _in_store(erasure: Erasure, ids: set[int], now: datetime) -> dict[str, int]:
    """Not once more where only PostgreSQL lost it: what the store has of them by now is of a time after it."""
    if erased.is_noted(erasure.uid):
        return {}
    _tell_books(erasure, ids, now)
    if not erasure.is_person:
        return stored.delete_datasets(erasure.datasets)
    [dataset_id] = erasure.datasets
    return stored.delete_person(dataset_id, ids, erasure.users)


def _tell_books(erasure: Erasure, ids: set[int], now: datetime) -> None:
    """What goes now was received, and is counted and booked all the same."""
    for dataset_id in erasure.datasets:
        found = stored.received_since(dataset_id, ids if erasure.is_person else None, now - books.COMPARED)
        known = erasure.hours.get(str(dataset_id), {})
        erasure.hours[str(dataset_id)] = books.noted(known, found, now)
    Erasure.objects.filter(pk=erasure.pk).update(hours=erasure.hours)


def _forget_examples(erasure: Erasure) -> None:
    """The catalogue shows values as examples; they may be this person's."""
    seen = SeenProperty.objects.filter(
        event__workspace__uid=erasure.workspace_uid, event__environment=erasure.environment
    )
    seen.exclude(examples=[]).update(examples=[])


@transaction.atomic
def _note(erasure: Erasure, found: Counter[str], now: datetime, *, is_last: bool) -> None:
    total = Counter(erasure.found) + found
    erasure.found, erasure.swept_at, erasure.hidden_at = dict(total), now, erasure.hidden_at or now
    erasure.due_at = None if is_last else now + AGAIN
    if is_last:
        erasure.done_at, erasure.ids, erasure.users = now, [], []
        _tell(erasure, now)
    erasure.save()


def _tell(erasure: Erasure, now: datetime) -> None:
    """In the organization's audit log, where there still is one."""
    organization = Organization.objects.filter(uid=erasure.organization_uid).first()
    if organization:
        whose = f"a person, {erasure.uid}" if erasure.is_person else f"the workspace {erasure.workspace_name}"
        what = f"{whose}: {erasure.total} rows"
        audit.record(organization, "MetricPal", "erasure.done", what, now=now)
