"""An erasure survives the restore of an older backup: it stands in PostgreSQL and in the event store, and where one of
them has lost it, it begins again.

    the store is older       PostgreSQL knows it as done, the store has not noted it ─► every place again
    PostgreSQL is older      the store has noted it, PostgreSQL has no such row      ─► all but the store again
    both are older           from a file (`manage.py erasures --save`)               ─► every place again

A workspace that a restore brought back is left alone: that was what the restore was for. Only what the store has of
workspaces that do not exist goes again.
"""

import json
import uuid
from collections.abc import Iterable
from datetime import datetime

import structlog

from config.lib import crypto
from tracking.models import Erasure
from tracking.store import erased
from tracking.store.erased import Noted
from workspaces.models import Workspace

log = structlog.get_logger()


def seal(erasure: Erasure) -> str:
    """Of whom, readable by this installation alone."""
    return crypto.seal(json.dumps({"ids": [str(each) for each in erasure.ids], "users": erasure.users}))


def note(erasure: Erasure) -> None:
    """The store has been through it. Raises StoreUnavailable."""
    erased.note(noted_of(erasure))


def noted_of(erasure: Erasure) -> Noted:
    return Noted(
        erasure.uid,
        erasure.organization_uid,
        erasure.workspace_uid,
        erasure.workspace_name,
        erasure.subject,
        tuple(erasure.datasets),
        erasure.sealed,
        erasure.asked_at,
    )


def find(now: datetime, saved: Iterable[Noted] = ()) -> list[Erasure]:
    """What a restore has undone is due again; those. `saved` are of a file. Raises StoreUnavailable."""
    noted = erased.noted()
    known = set(Erasure.objects.values_list("uid", flat=True))
    lost = {each.uid: each for each in [*saved, *noted.values()] if each.uid not in known}
    undone = Erasure.objects.filter(done_at__isnull=False).exclude(uid__in=noted)
    found = [_row_of(each) for each in lost.values()] + list(undone)
    return [each for each in found if _begins(each, now)]


def _row_of(said: Noted) -> Erasure:
    return Erasure(
        uid=said.uid,
        organization_uid=said.organization,
        workspace_uid=said.workspace,
        workspace_name=said.workspace_name,
        subject=said.subject,
        datasets=list(said.datasets),
        sealed=said.sealed,
        asked_by="A backup was restored",
        asked_at=said.asked_at,
    )


def _begins(erasure: Erasure, now: datetime) -> bool:
    if erasure.is_person and not _unsealed(erasure):
        return False
    if not erasure.is_person and Workspace.objects.filter(uid=erasure.workspace_uid).exists():
        return False
    erasure.due_at, erasure.swept_at, erasure.done_at, erasure.purged_at = now, None, None, None
    erasure.save()
    log.warning("erasure begins again", erasure=str(erasure.uid), subject=erasure.subject)
    return True


def _unsealed(erasure: Erasure) -> bool:
    """Whether anybody can still say whom it is about."""
    try:
        said = json.loads(crypto.unseal(erasure.sealed))
    except crypto.SealBroken:
        log.error("erasure cannot be read: was SECRET_KEY another?", erasure=str(erasure.uid))
        return False
    erasure.ids, erasure.users = [int(each) for each in said["ids"]], said["users"]
    return True


def as_line(said: Noted) -> str:
    """For the file of `manage.py erasures --save`."""
    return json.dumps(
        {
            "uid": str(said.uid),
            "organization": str(said.organization),
            "workspace": str(said.workspace),
            "workspace_name": said.workspace_name,
            "subject": said.subject,
            "datasets": said.datasets,
            "sealed": said.sealed,
            "asked_at": said.asked_at.isoformat(),
        }
    )


def of_line(line: str) -> Noted:
    """Raises ValueError, KeyError."""
    said = json.loads(line)
    return Noted(
        uuid.UUID(said["uid"]),
        uuid.UUID(said["organization"]),
        uuid.UUID(said["workspace"]),
        said["workspace_name"],
        said["subject"],
        tuple(said["datasets"]),
        said["sealed"],
        datetime.fromisoformat(said["asked_at"]),
    )
