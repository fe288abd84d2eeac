"""Segments: saved conditions. Made, changed and deleted here; questions find them by id (query.lookup)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from analytics.models import Segment
from analytics.query.condition_json import from_list, kept
from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Workspace

MOST = 200  # in a workspace
TAKEN = "There is a segment of this name. Choose another."


@transaction.atomic
def create(
    workspace: Workspace, *, name: str, filters: Any, actor: Any, now: datetime, description: str = ""
) -> Segment:
    """QueryError for conditions that cannot be understood, Problem for a name that is taken."""
    if Segment.objects.filter(workspace=workspace).count() >= MOST:
        raise Problem(409, "too_many", f"A workspace has at most {MOST} segments. Delete one first.")
    made = Segment(
        workspace=workspace,
        name=name.strip(),
        description=description,
        filters=checked(filters),
        created_by=actor if getattr(actor, "pk", None) else None,
        created_at=now,
        updated_at=now,
    )
    _save(made)
    audit.record(workspace.organization, actor, "segment.created", made.name, now=now, workspace=workspace)
    return made


@transaction.atomic
def change(segment: Segment, *, actor: Any, now: datetime, **fields: Any) -> Segment:
    """`fields` are name, description, filters. A report that shows it shows the new one from now on."""
    for field, value in fields.items():
        setattr(segment, field, checked(value) if field == "filters" else value.strip())
    segment.updated_at = now
    _save(segment)
    workspace = segment.workspace
    audit.record(workspace.organization, actor, "segment.changed", segment.name, now=now, workspace=workspace)
    return segment


@transaction.atomic
def delete(segment: Segment, *, actor: Any, now: datetime) -> None:
    workspace = segment.workspace
    segment.delete()
    audit.record(workspace.organization, actor, "segment.deleted", segment.name, now=now, workspace=workspace)


def checked(filters: Any) -> list[Any]:
    """As they are stored: written in one way only, and at least one. QueryError."""
    conditions = from_list(filters)
    if not conditions:
        raise Problem(422, "no_filters", "A segment needs at least one filter.", field="filters")
    return kept(conditions)


def _save(segment: Segment) -> None:
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError:
        raise Problem(409, "name_taken", TAKEN, field="name") from None
