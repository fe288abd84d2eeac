"""Who belongs to an organization: invite, accept, change a role, remove. The last owner stays.

invite ──mail with a token, valid seven days──► accept ──► Membership
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from config.lib import crypto
from config.lib.problems import Problem
from workspaces import audit, limits, roles
from workspaces.models import Invitation, Membership, Organization, Role

INVITATION_DAYS = 7


def invite(by: Membership, *, email: str, role: str, now: datetime) -> tuple[Invitation, str]:
    """A place for `email` in the organization of `by`, and the token that goes into the mail, kept nowhere else.

    Inviting an address again replaces the earlier invitation: its link ends.
    """
    email = email.strip().lower()
    _check_may_grant(by, Role(role))
    if by.organization.memberships.filter(user__email=email).exists():
        raise Problem(409, "already_member", f"{email} is a member already. Change the role in the list instead.")
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        invitation, _ = Invitation.objects.update_or_create(
            organization=by.organization,
            email=email,
            accepted_at=None,
            defaults={
                "role": role,
                "digest": crypto.digest(token),
                "invited_by": by.user,
                "expires_at": now + timedelta(days=INVITATION_DAYS),
            },
        )
        audit.record(by.organization, by.user, "member.invite", f"{email} as {role}", now=now)
    return invitation, token


def send_invitation(invitation: Invitation, link: str) -> None:
    context = {"invitation": invitation, "link": link, "days": INVITATION_DAYS}
    subject = f"Join {invitation.organization.name} on MetricPal".replace("\r", " ").replace("\n", " ")
    mail = EmailMultiAlternatives(subject, render_to_string("emails/invitation.txt", context), to=[invitation.email])
    mail.attach_alternative(render_to_string("emails/invitation.html", context), "text/html")
    mail.send()


def open_invitation(token: str, now: datetime) -> Invitation | None:
    """The invitation of this token, unless it is used up, withdrawn or expired."""
    return (
        Invitation.objects.select_related("organization", "invited_by")
        .filter(digest=crypto.digest(token), accepted_at__isnull=True, expires_at__gt=now)
        .first()
    )


def open_invitations(user: Any, now: datetime) -> list[Invitation]:
    """What this person may still accept. Only a verified address counts: anybody can claim one."""
    if not user.emailaddress_set.filter(email__iexact=user.email, verified=True).exists():
        return []
    open_ones = Invitation.objects.filter(email=user.email.lower(), accepted_at__isnull=True, expires_at__gt=now)
    return list(open_ones.select_related("organization"))


def accept(invitation: Invitation, user: Any, now: datetime) -> Membership:
    """Makes `user` a member. The address must be the one invited: a forwarded link lets nobody else in."""
    if user.email.lower() != invitation.email:
        raise Problem(
            403, "other_address", f"This invitation is for {invitation.email}; you are signed in as {user.email}."
        )
    with transaction.atomic():
        claimed = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, expires_at__gt=now)
        if not claimed.update(accepted_at=now):
            raise Problem(409, "invitation_used", "This invitation was used or withdrawn. Ask for a new one.")
        limits.lock(invitation.organization)
        if not Membership.objects.filter(organization=invitation.organization, user=user).exists():
            limits.check_seat(invitation.organization, now)
        membership, _ = Membership.objects.get_or_create(
            organization=invitation.organization, user=user, defaults={"role": invitation.role}
        )
        audit.record(invitation.organization, user, "member.join", membership.role, now=now)
    return membership


def withdraw(by: Membership, invitation: Invitation, now: datetime) -> None:
    invitation.delete()
    audit.record(by.organization, by.user, "member.withdraw", invitation.email, now=now)


def change_role(by: Membership, member: Membership, role: str, now: datetime) -> None:
    _check_may_grant(by, Role(role))
    _check_may_grant(by, Role(member.role))
    with transaction.atomic():
        _keep_an_owner(member, stays_owner=role == Role.OWNER)
        member.role = role
        member.save(update_fields=["role"])
        audit.record(by.organization, by.user, "member.role", f"{member.user} is {role}", now=now)


def remove(by: Membership, member: Membership, now: datetime) -> None:
    """Takes somebody out, or lets oneself out. The next request of that person finds nothing any more."""
    if by.pk != member.pk:
        _check_may_grant(by, Role(member.role))
    with transaction.atomic():
        _keep_an_owner(member, stays_owner=False)
        member.delete()
        audit.record(by.organization, by.user, "member.remove", str(member.user), now=now)


def _check_may_grant(by: Membership, role: Role) -> None:
    """Nobody hands out, or takes away, more than they have; and below Admin nobody manages members at all."""
    if not (roles.may(by.role, "manage_members") and roles.reaches(by.role, role)):
        raise Problem(403, "role_too_small", f"As {by.role} you cannot do this for the role {role}.")


def _keep_an_owner(member: Membership, *, stays_owner: bool) -> None:
    """Locks the organization, so that two owners who leave at the same moment cannot both be let go."""
    Organization.objects.select_for_update().get(pk=member.organization_id)
    owners = Membership.objects.filter(organization_id=member.organization_id, role=Role.OWNER)
    if not stays_owner and list(owners.values_list("pk", flat=True)) == [member.pk]:
        raise Problem(409, "last_owner", "An organization keeps at least one owner. Make somebody else owner first.")
