"""Saved views: pages of numbers in a named state. Kept and deleted here; menus and the list ask for what one sees."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from analytics.models import SavedView
from analytics.models.saved_view import LONGEST_STATE
from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Workspace

MOST = 500  # in a workspace


def seen_by(workspace: Workspace, person: Any) -> QuerySet[SavedView]:
    """The shared ones, and one's own."""
    mine_or_shared = Q(is_shared=True) | Q(created_by=person)
    return SavedView.objects.filter(mine_or_shared, workspace=workspace).select_related("created_by")


@transaction.atomic
def keep(
    workspace: Workspace, *, name: str, page: str, state: str, is_shared: bool, actor: Any, now: datetime
) -> SavedView:
    """`state` as the page writes it, from the "?" on. A name of one's own takes the place of the view before."""
    name = " ".join(name.split())[: SavedView._meta.get_field("name").max_length]
    if not name:
        raise Problem(422, "name", "Give the view a name.", field="name")
    if len(state) > LONGEST_STATE:
        raise Problem(422, "too_long", "These filters are too long to keep. Save them as a segment first.")
    if SavedView.objects.filter(workspace=workspace).count() >= MOST:
        raise Problem(409, "too_many", f"A workspace keeps at most {MOST} views. Delete old ones first.")
    about = {"page": page, "state": state, "is_shared": is_shared, "created_at": now}
    made, _ = SavedView.objects.update_or_create(about, workspace=workspace, created_by=actor, name=name)
    _record(made, "view.saved", actor, now)
    return made


@transaction.atomic
def delete(view: SavedView, *, actor: Any, now: datetime) -> None:
    view.delete()
    _record(view, "view.deleted", actor, now)


def address(view: SavedView, slug: str) -> str:
    return reverse(view.page, args=[slug]) + view.state


def _record(view: SavedView, action: str, actor: Any, now: datetime) -> None:
    """Personal views concern nobody else."""
    if view.is_shared:
        audit.record(view.workspace.organization, actor, action, view.name, now=now, workspace=view.workspace)
