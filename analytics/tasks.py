"""What analytics does by the clock: fetch what is concerned, call the topic, nothing else."""

from typing import cast

from celery import shared_task

from analytics.rollups import Dataset, roll_up
from config.lib import clock
from workspaces.models import Environment, Workspace

ENVIRONMENTS: tuple[Environment, ...] = ("live", "test")


@shared_task
def roll_up_all() -> None:
    """Each dataset on its own: one that fails does not keep the others waiting."""
    for workspace_id in Workspace.objects.order_by("id").values_list("id", flat=True):
        for environment in ENVIRONMENTS:
            roll_up_dataset.delay(workspace_id, environment)


@shared_task(autoretry_for=(Exception,), retry_backoff=60, retry_backoff_max=3600, max_retries=10)
def roll_up_dataset(workspace_id: int, environment: str) -> None:
    """Every day that is due, however long nobody did it."""
    workspace = Workspace.objects.filter(id=workspace_id).first()
    if workspace:
        roll_up(Dataset.of(workspace, cast(Environment, environment)), clock.now())
