"""Who did what, when: an append-only log for each organization.

    record ─► one entry, sealed with the one before it (chain) ─► page, CSV, API (log), `manage.py verify_audit`
    logins     the entries that nobody has to write: signing in and out, passwords, second factors

Nothing changes an entry: there is no function for it here, and triggers of the database refuse UPDATE, TRUNCATE and the
DELETE of single entries, whoever asks. The log of an organization ends with the organization, as a whole: it is theirs,
and names people who have a right to be forgotten.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from workspaces.audit import chain
from workspaces.models import AuditEntry, Organization, Workspace

__all__ = ["record", "recorded"]

recorded = Signal()  # entry=AuditEntry, once it is there for good


@transaction.atomic
def record(
    organization: Organization,
    actor: Any,
    action: str,
    target: str = "",
    *,
    now: datetime,
    workspace: Workspace | None = None,
) -> AuditEntry:
    """`actor` is a user or a key's holder; kept as text, so that the line outlives both.

    Call in the transaction of what it tells of, after it: the organization is locked from here to its end.
    """
    last = chain.head(organization)
    entry = AuditEntry(
        organization=organization,
        workspace=workspace,
        number=last.number + 1 if last else 1,
        actor=str(actor)[:255],
        action=action,
        target=target[:255],
        at=now,
        previous=last.seal if last else chain.FIRST,
    )
    entry.seal = chain.seal_of(entry)
    entry.save(force_insert=True)
    transaction.on_commit(lambda: recorded.send_robust(AuditEntry, entry=entry))
    return entry
