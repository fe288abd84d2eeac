"""What begins an erasure: somebody asks for a person's, or a workspace is deleted, by whom and however."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete

from config.lib import clock
from tracking.erasure import again, tasks
from tracking.models import Erasure
from tracking.store import erasure as stored
from workspaces import audit
from workspaces.models import ENVIRONMENTS, Environment, Organization, Workspace


def ask_person(workspace: Workspace, environment: Environment, person_id: int, *, actor: Any, now: datetime) -> Erasure:
    """Everything of a person, under every id they were known by. Raises StoreUnavailable."""
    dataset_id = workspace.dataset_id(environment)
    ids = stored.ids_of(dataset_id, person_id)
    with transaction.atomic():
        asked = _add(workspace, Erasure.Subject.PERSON, [dataset_id], str(actor), now)
        asked.ids, asked.users = sorted(ids), stored.users_of(dataset_id, ids)
        asked.sealed = again.seal(asked)
        asked.save(update_fields=["ids", "users", "sealed"])
        # The log cannot be changed: it names the erasure and not whom.
        audit.record(
            workspace.organization, actor, "erasure.ask", f"a person, {asked.uid}", now=now, workspace=workspace
        )
        _begin(asked)
    return asked


def of_organization(organization: Organization) -> QuerySet[Erasure]:
    """Newest first."""
    return Erasure.objects.filter(organization_uid=organization.uid)


def connect() -> None:
    """Called once, when the apps are ready."""
    post_delete.connect(_workspace_deleted, sender=Workspace, dispatch_uid="erasure")


def _workspace_deleted(instance: Workspace, **_: Any) -> None:
    """Also when it goes with its organization, or from the admin."""
    datasets = [instance.dataset_id(environment) for environment in ENVIRONMENTS]
    _begin(_add(instance, Erasure.Subject.WORKSPACE, datasets, "", clock.now()))


def _add(workspace: Workspace, subject: str, datasets: list[int], actor: str, now: datetime) -> Erasure:
    return Erasure.objects.create(
        organization_uid=workspace.organization.uid,
        workspace_uid=workspace.uid,
        workspace_name=workspace.name,
        subject=subject,
        datasets=datasets,
        asked_by=actor[:255],
        asked_at=now,
        due_at=now,
    )


def _begin(asked: Erasure) -> None:
    transaction.on_commit(lambda: tasks.enqueue(asked.pk))
