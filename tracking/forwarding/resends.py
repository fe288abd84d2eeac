"""Sending again what was sent before, or never: dead letters, and a stretch of the past."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from config.lib.problems import Problem
from tracking.forwarding import health, rules
from tracking.models import Delivery, Forwarding, Resend
from tracking.store.arrivals import count_arrivals
from workspaces import audit

OPEN_AT_MOST = 3
LONGEST = timedelta(days=400)


@transaction.atomic
def of_range(forwarding: Forwarding, start: datetime, end: datetime, *, actor: Any, now: datetime) -> Resend:
    """Events received in [start, end), by the rules of now, with the ids they had. Raises Problem."""
    start, end = (each.replace(microsecond=each.microsecond // 1000 * 1000) for each in (start, min(end, now)))
    if start >= end:
        raise Problem(422, "empty_range", "The start lies before the end, and in the past.", field="start")
    if end - start > LONGEST:
        raise Problem(422, "range_too_long", f"At most {LONGEST.days} days at once.", field="start")
    if forwarding.resends.filter(planned_at=None).count() >= OPEN_AT_MOST:
        raise Problem(409, "resends_open", f"{OPEN_AT_MOST} are under way. Wait until one is done.")
    made = Resend.objects.create(
        forwarding=forwarding, start=start, end=end, position=start, asked_by=str(actor)[:255], asked_at=now
    )
    _record(forwarding, "resend", f"{made}", actor, now)
    return made


def count(forwarding: Forwarding, start: datetime, end: datetime) -> int:
    """How many events that would be. Raises StoreError."""
    return count_arrivals(forwarding.dataset_id, rules.chosen(forwarding), start, end)


@transaction.atomic
def dead_letters(forwarding: Forwarding, *, actor: Any, now: datetime, only: Delivery | None = None) -> int:
    """All dead letters, or one, are tried anew as they are; how many batches."""
    letters = forwarding.deliveries.filter(state=Delivery.State.DEAD)
    if only:
        letters = letters.filter(pk=only.pk)
    revived = letters.update(state=Delivery.State.PENDING, attempts=0, due_at=now)
    if revived:
        _record(forwarding, "retry", f"{revived} dead letters", actor, now)
        health.forget(forwarding)
    return revived


def _record(forwarding: Forwarding, verb: str, about: str, actor: Any, now: datetime) -> None:
    connection = forwarding.connection
    workspace = connection.workspace
    target = f"{connection.name}: {about}"
    audit.record(workspace.organization, actor, f"destination.{verb}", target, now=now, workspace=workspace)
