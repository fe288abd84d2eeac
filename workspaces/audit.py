"""Who did what, when: one line in the organization's log for each change of members, keys and settings."""

from datetime import datetime
from typing import Any

from workspaces.models import AuditEntry, Organization, Workspace


def record(
    organization: Organization,
    actor: Any,
    action: str,
    target: str = "",
    *,
    now: datetime,
    workspace: Workspace | None = None,
) -> AuditEntry:
    """`actor` is a user or a key's holder; kept as text, so that the line outlives both."""
    return AuditEntry.objects.create(
        organization=organization,
        workspace=workspace,
        actor=str(actor)[:255],
        action=action,
        target=target[:255],
        at=now,
    )
