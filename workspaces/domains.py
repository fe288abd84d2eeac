"""Whose a domain is: whoever names it first, until somebody names it who has a confirmed address there.

Nothing is proved by naming one, so naming it first must not lock out the company that it belongs to.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress

from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Organization, Role

TAKEN = (
    "Another organization has this domain. It becomes yours when you name it, signed in with a confirmed e-mail "
    "address at {domain}, unless an owner there has one too."
)


def claim(domain: str, organization: Organization, *, actor: Any, now: datetime) -> None:
    """Makes room for it, or raises Problem 422. Call in the transaction that sets it."""
    holder = Organization.objects.filter(domain=domain).exclude(pk=organization.pk).first()
    if holder is None:
        return
    owners = holder.memberships.filter(role=Role.OWNER).values_list("user_id", flat=True)
    if not _is_at(domain, [actor.pk]) or _is_at(domain, owners):
        raise Problem(422, "invalid", TAKEN.format(domain=domain), field="domain")
    holder.domain = None
    holder.save(update_fields=["domain"])
    said = f"domain: {domain} belongs to somebody with an address there"
    audit.record(holder, "MetricPal", "organization.change", said, now=now)


def _is_at(domain: str, people: Iterable[int]) -> bool:
    at = f"@{domain.removeprefix('www.')}"
    return EmailAddress.objects.filter(user__in=list(people), verified=True, email__iendswith=at).exists()
