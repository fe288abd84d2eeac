"""Who belongs to an organization: invite, accept, change a role, remove. The last owner stays.

invite ──mail with a token, valid seven days──► accept ──► Membership
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string

from accounts.models import User
from config.lib import crypto
from config.lib.problems import Problem
from config.lib.ratelimit import Limit, wait_seconds
from workspaces import audit, limits, roles
from workspaces.models import Invitation, Membership, Organization, Role

INVITATION_DAYS = 7
# Of one person: the mails go to addresses that nobody has confirmed, under our name.
INVITATIONS = Limit(rate=50 / 3600, burst=50)


def invite(by: Membership, *, email: str, role: str, now: datetime) -> tuple[Invitation, str]:
    """A place for `email` in the organization of `by`, and the token that goes into the mail, kept nowhere else.

    Inviting an address again replaces the earlier invitation: its link ends.
    """
    email = email.strip().lower()
    _check_may_grant(by, Role(role))
    for earlier in Invitation.objects.filter(organization=by.organization, email=email, accepted_at=None):
        _check_may_grant(by, Role(earlier.role))
    if by.organization.memberships.filter(user__email=email).exists():
        raise Problem(409, "already_member", f"{email} is a member already. Change the role in the list instead.")
    if wait_s := wait_seconds(f"invite:{by.user_id}", INVITATIONS):
        minutes = -(-wait_s // 60)
        raise Problem(429, "too_many_invitations", f"That is 50 invitations in an hour. Go on in {minutes} min.")
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
    """The invitation of this token, unless it is used up, withdrawn, expired or not backed any more."""
    found = (
        Invitation.objects.select_related("organization", "invited_by")
        .filter(digest=crypto.digest(token), accepted_at__isnull=True, expires_at__gt=now)
        .first()
    )
    return found if found and is_backed(found) else None


def open_invitations(user: Any, now: datetime) -> list[Invitation]:
    """What this person may still accept. Only a verified address counts: anybody can claim one."""
    if not user.emailaddress_set.filter(email__iexact=user.email, verified=True).exists():
        return []
    open_ones = Invitation.objects.filter(email=user.email.lower(), accepted_at__isnull=True, expires_at__gt=now)
    return [each for each in open_ones.select_related("organization") if is_backed(each)]


def accept(invitation: Invitation, user: Any, now: datetime) -> Membership:
    """Makes `user` a member. The address must be the one invited: a forwarded link lets nobody else in."""
    if user.email.lower() != invitation.email:
        raise Problem(
            403, "other_address", f"This invitation is for {invitation.email}; you are signed in as {user.email}."
        )
    if not is_backed(invitation):
        raise Problem(403, "invitation_unbacked", "Whoever invited you may not any more. Ask for a new invitation.")
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


def is_backed(invitation: Invitation) -> bool:
    """Whether who sent it may still let somebody in with that role: it promises no more than they have by now."""
    senders = Membership.objects.filter(organization=invitation.organization_id, user__is_active=True)
    by = senders.filter(user=invitation.invited_by_id).first()
    return by is not None and _may_grant(by, Role(invitation.role))


def withdraw(by: Membership, invitation: Invitation, now: datetime) -> None:
    _check_may_grant(by, Role(invitation.role))
    with transaction.atomic():
        invitation.delete()
        audit.record(by.organization, by.user, "member.withdraw", invitation.email, now=now)


def change_role(by: Membership, member: Membership, role: str, now: datetime) -> None:
    """Membership.DoesNotExist where one of the two is gone by now."""
    with transaction.atomic():
        _read_anew(by, member)
        _check_may_grant(by, Role(role))
        _check_may_grant(by, Role(member.role))
        _keep_an_owner(member, stays_owner=role == Role.OWNER)
        member.role = role
        member.save(update_fields=["role"])
        audit.record(by.organization, by.user, "member.role", f"{member.user} is {role}", now=now)


def remove(by: Membership, member: Membership, now: datetime) -> None:
    """Takes somebody out, or lets oneself out. The next request of that person finds nothing any more.

    Membership.DoesNotExist where one of the two is gone by now.
    """
    with transaction.atomic():
        _read_anew(by, member)
        if by.pk != member.pk:
            _check_may_grant(by, Role(member.role))
        _keep_an_owner(member, stays_owner=False)
        member.delete()
        audit.record(by.organization, by.user, "member.remove", str(member.user), now=now)


def left_without_owner(user: Any) -> list[Organization]:
    """The organizations that nobody else owns: they come first, before this person's account can end."""
    owned = Organization.objects.filter(memberships__user=user, memberships__role=Role.OWNER)
    others = Membership.objects.filter(organization=OuterRef("pk"), role=Role.OWNER).exclude(user=user)
    return list(owned.exclude(Exists(others)).order_by("name"))


def delete_account(user: Any, now: datetime) -> None:
    """Takes the person out of every organization and deletes the account. Problem 409 for an only owner."""
    with transaction.atomic():
        for organization in Organization.objects.filter(memberships__user=user).order_by("pk"):
            limits.lock(organization)  # so that nobody takes the person out between reading and removing
        for membership in Membership.objects.select_related("organization", "user").filter(user=user):
            remove(membership, membership, now)
        User.objects.filter(pk=user.pk).delete()


def _may_grant(by: Membership, role: Role) -> bool:
    """Nobody hands out, or takes away, more than they have; and below Admin nobody manages members at all."""
    return roles.may(by.role, "manage_members") and roles.reaches(by.role, role)


def _check_may_grant(by: Membership, role: Role) -> None:
    if not _may_grant(by, role):
        raise Problem(403, "role_too_small", f"As {by.role} you cannot do this for the role {role}.")


def _read_anew(by: Membership, member: Membership) -> None:
    """The roles as they are by now: who may do this, and to whom, must not change until it is done.

    The organization is locked too, so that two owners who leave at the same moment cannot both be let go.
    """
    limits.lock(by.organization)
    for each in (by, member):
        each.refresh_from_db(fields=["role"], from_queryset=Membership.objects.select_for_update())


def _keep_an_owner(member: Membership, *, stays_owner: bool) -> None:
    """Call with the organization locked."""
    owners = Membership.objects.filter(organization_id=member.organization_id, role=Role.OWNER)
    if not stays_owner and list(owners.values_list("pk", flat=True)) == [member.pk]:
        raise Problem(409, "last_owner", "An organization keeps at least one owner. Make somebody else owner first.")
