"""What expiry does by the clock: every night, each environment on its own."""

from typing import cast

from celery import shared_task
from django.db.models import Q

from config.lib import clock
from tracking.expiry import deletion, limits
from workspaces.models import ENVIRONMENTS, Environment, Workspace


@shared_task
def expire_events() -> None:
    """One that fails does not keep the others waiting."""
    limited = Q(collection_rules__event_days__isnull=False) | Q(expiries__finished_at=None, expiries__isnull=False)
    wanted = Q() if limits.usual_days() else limited
    for workspace_id in Workspace.objects.filter(wanted).order_by("id").values_list("id", flat=True).distinct():
        for environment in ENVIRONMENTS:
            expire_dataset.delay(workspace_id, environment)


@shared_task(autoretry_for=(Exception,), retry_backoff=60, retry_backoff_max=3600, max_retries=5)
def expire_dataset(workspace_id: int, environment: str) -> None:
    workspace = Workspace.objects.filter(id=workspace_id).first()
    if workspace:
        deletion.expire(workspace, cast(Environment, environment), clock.now())
