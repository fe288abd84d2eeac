"""Reports of a workspace that moved to another time zone: due at eight there, from the next one on."""

from datetime import timedelta
from typing import Any

from django.db.models.signals import post_save

from analytics.mails import times
from analytics.models import ScheduledReport
from workspaces.models import Workspace

FARTHEST = timedelta(days=2)  # more than lies between the same hour of two zones, and less than between two due times


def connect() -> None:
    """Called once, when the apps are ready."""
    post_save.connect(_follow, sender=Workspace, dispatch_uid="report mails")


def _follow(instance: Workspace, created: bool, update_fields: Any = None, **_: Any) -> None:
    """In the transaction of the change. The old hour might fall on the day before, and tell of another week."""
    if created or (update_fields is not None and "timezone" not in update_fields):
        return
    for report in ScheduledReport.objects.filter(workspace=instance):
        due_at = times.following(report.every, instance.timezone, report.next_at - FARTHEST)
        ScheduledReport.objects.filter(pk=report.pk, next_at=report.next_at).update(next_at=due_at)
