"""Annotations: marks on the charts of a workspace. Made and changed here; charts ask for those of their period."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from analytics.models import Annotation
from analytics.query.model import Period
from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Workspace

MOST = 5000  # in a workspace
MOST_SHOWN = 100  # on one chart
FARTHEST = timedelta(days=3660)


def seen_by(workspace: Workspace, person: Any) -> QuerySet[Annotation]:
    """The shared ones, and one's own. A key has none of its own."""
    mine = Q(created_by_id=person.pk) if getattr(person, "pk", None) else Q()
    found = Annotation.objects.filter(Q(is_shared=True) | mine if mine else Q(is_shared=True), workspace=workspace)
    return found.select_related("created_by")


def of_period(workspace: Workspace, person: Any, period: Period) -> list[Annotation]:
    """Those that a chart of this period shows, in order of time."""
    return list(seen_by(workspace, person).filter(at__gte=period.start, at__lt=period.end)[:MOST_SHOWN])


@transaction.atomic
def create(workspace: Workspace, *, actor: Any, now: datetime, **fields: Any) -> Annotation:
    """`fields`: text, at, kind, url, is_shared. Problem for a moment no chart reaches, or a key's personal note."""
    if Annotation.objects.filter(workspace=workspace).count() >= MOST:
        raise Problem(409, "too_many", f"A workspace has at most {MOST:,} annotations. Delete old ones first.")
    maker = actor if getattr(actor, "pk", None) else None
    if maker is None and not fields.get("is_shared", True):
        raise Problem(422, "personal", "A key has no notes of its own. Share it, or sign in.", field="is_shared")
    made = Annotation(workspace=workspace, created_by=maker, created_at=now, **({"at": now} | fields))
    _check(made, now)
    made.save()
    _record(made, "annotation.created", actor, now)
    return made


@transaction.atomic
def change(annotation: Annotation, *, actor: Any, now: datetime, **fields: Any) -> Annotation:
    for name, value in fields.items():
        setattr(annotation, name, value)
    if not annotation.is_shared and annotation.created_by_id != getattr(actor, "pk", None):
        raise Problem(422, "personal", "Only its maker can take it back from the others.", field="is_shared")
    _check(annotation, now)
    annotation.save()
    _record(annotation, "annotation.changed", actor, now)
    return annotation


@transaction.atomic
def delete(annotation: Annotation, *, actor: Any, now: datetime) -> None:
    annotation.delete()
    _record(annotation, "annotation.deleted", actor, now)


def drawn(found: Sequence[Annotation], starts: Sequence[datetime], zone: str) -> dict[str, Any]:
    """What a chart whose buckets begin at `starts` needs to show notes, and to begin one where it was clicked."""
    here = [each.astimezone(ZoneInfo(zone)) for each in starts]
    return {"notes": marks(found, starts, zone), "moments": [f"{each:%Y-%m-%dT%H:%M}" for each in here]}


def marks(found: Sequence[Annotation], starts: Sequence[datetime], zone: str) -> list[dict[str, Any]]:
    """For a chart whose buckets begin at `starts`: which bucket has a mark, and what it says."""
    moments = [each.timestamp() for each in starts]
    places: dict[int, list[str]] = {}
    for each in found:
        place = bisect_right(moments, each.at.timestamp()) - 1
        if place >= 0:
            places.setdefault(place, []).append(said(each, zone))
    return [{"place": place, "said": texts} for place, texts in sorted(places.items())]


def said(annotation: Annotation, zone: str) -> str:
    """ "10 Mar, 14:05: Version 2.1"."""
    here = annotation.at.astimezone(ZoneInfo(zone))
    return f"{here.day} {here:%b, %H:%M}: {annotation.text}"


def _check(annotation: Annotation, now: datetime) -> None:
    annotation.text = " ".join(annotation.text.split())
    if not annotation.text:
        raise Problem(422, "text", "Say what happened.", field="text")
    if abs(annotation.at - now) > FARTHEST:
        raise Problem(422, "at", "Give a moment within the last ten years.", field="at")
    if annotation.url and not annotation.url.startswith(("https://", "http://")):
        raise Problem(422, "url", "A link begins with https://.", field="url")


def _record(annotation: Annotation, action: str, actor: Any, now: datetime) -> None:
    """Personal notes concern nobody else."""
    if annotation.is_shared:
        workspace = annotation.workspace
        audit.record(workspace.organization, actor, action, annotation.text, now=now, workspace=workspace)
