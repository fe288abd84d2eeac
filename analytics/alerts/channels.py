"""The channels of a workspace: connected, tried out, resumed; and who is told when one stops working.

A channel of e-mail writes to members of the organization only, also to none who has left since: nobody can have mail
sent to strangers, and who may not see the numbers is not sent them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from analytics.channels.base import Channel
from analytics.channels.email import Email
from analytics.models import Notice
from config.lib.problems import Problem
from workspaces import connections
from workspaces.models import Connection, Organization, Role, Workspace

GROUP = "channel"
MOST = 50  # in a workspace
STALE = timedelta(days=3)  # a channel that comes back is not told what happened longer ago


def of(workspace: Workspace) -> QuerySet[Connection]:
    return Connection.objects.filter(workspace=workspace, group=GROUP)


def connect(
    workspace: Workspace, kind: str, name: str, values: Mapping[str, str], *, actor: Any, now: datetime
) -> Connection:
    """Problem for what cannot be right."""
    if of(workspace).count() >= MOST:
        raise Problem(409, "too_many", f"A workspace has at most {MOST} channels. Delete one first.")
    _check_members(workspace, kind, values)
    return connections.connect(workspace, GROUP, kind, name, values, actor=actor, now=now)


def change(channel: Connection, name: str, values: Mapping[str, str], *, actor: Any, now: datetime) -> Connection:
    _check_members(channel.workspace, channel.kind, values)
    return connections.change(channel, name, values, actor=actor, now=now)


def resume(channel: Connection, *, actor: Any, now: datetime) -> None:
    """What waited is sent, except what nobody wants to hear of any more."""
    waiting = Notice.objects.filter(channel=channel, state="waiting")
    waiting.filter(change__at__lt=now - STALE).update(state="failed", last_error="The channel was paused too long.")
    connections.resume(channel, actor=actor, now=now)


def mail_to(workspace: Workspace, person: User, now: datetime) -> Connection:
    """The channel that writes to this person alone; made when there is none."""
    mine = of(workspace).filter(kind="email", configuration={"to": person.email}).first()
    if mine:
        return mine
    taken = of(workspace).filter(name=person.email).exists()
    name = f"E-mail to {person.email}" if taken else person.email
    return connect(workspace, "email", name, {"to": person.email}, actor=person, now=now)


def named(workspace: Workspace, given: Any, *, actor: Any, now: datetime) -> list[Connection]:
    """Those of a list of ids and kinds, as the API takes them: ["email", "3f6c…", {"id": "…"}]. Problem."""
    if not isinstance(given, list):
        raise _unknown(workspace, given)
    found: dict[int, Connection] = {}
    for each in given:
        word = each.get("id") or each.get("kind") or each.get("type") if isinstance(each, Mapping) else each
        found |= {channel.pk: channel for channel in _named(workspace, word, actor, now)}
    return list(found.values())


def _named(workspace: Workspace, word: Any, actor: Any, now: datetime) -> list[Connection]:
    """All of a kind, or the one of that id."""
    every = list(of(workspace))
    mine = [each for each in every if word in (str(each.uid), each.kind)]
    person = actor if isinstance(actor, User) else actor.key.created_by
    if not mine and word == "email" and person:
        return [mail_to(workspace, person, now)]
    if not mine:
        raise _unknown(workspace, word)
    return mine


def _unknown(workspace: Workspace, given: Any) -> Problem:
    there = ", ".join(f"{each.kind} {each.uid} ({each.name})" for each in of(workspace)) or "none yet"
    says = f"There is no channel {str(given)[:80]!r}. Give a list of ids or kinds. The channels are: {there}."
    return Problem(422, "no_channel", says, field="notification_channels")


def channel_of(connection: Connection) -> Channel:
    """Ready to tell. DeliveryError for a mail that nobody may get; SealBroken."""
    channel = connections.provider_of(connection)
    assert isinstance(channel, Channel)
    if isinstance(channel, Email):
        return channel.only_to(_members(connection.workspace.organization, user__is_active=True))
    return channel


def mail_about_pause(channel: Connection, reason: str) -> None:
    """To those who can repair it. OSError when the mail cannot go out."""
    workspace = channel.workspace
    context = {
        "channel": channel,
        "reason": reason,
        "link": settings.SITE_URL + reverse("channels", args=[workspace.slug]),
    }
    able = workspace.organization.memberships.filter(role__in=(Role.OWNER, Role.ADMIN), user__is_active=True)
    to = list(able.values_list("user__email", flat=True))
    subject = f"Channel paused: {channel.name}".replace("\r", " ").replace("\n", " ")
    mail = EmailMultiAlternatives(subject, render_to_string("emails/channel_paused.txt", context), to=to)
    mail.attach_alternative(render_to_string("emails/channel_paused.html", context), "text/html")
    mail.send()


def _check_members(workspace: Workspace, kind: str, values: Mapping[str, str]) -> None:
    if kind != "email":
        return
    members = _members(workspace.organization)
    wanted = [each.strip().lower() for each in values.get("to", "").split(",")]
    strangers = [each for each in wanted if each and each not in members]
    if strangers and "@" in strangers[0]:
        says = f"{strangers[0]} is no member of the organization. Invite them first; a viewer's place is enough."
        raise Problem(422, "no_member", says, field="to")


def _members(organization: Organization, **who: bool) -> set[str]:
    return {email.lower() for email in organization.memberships.filter(**who).values_list("user__email", flat=True)}
