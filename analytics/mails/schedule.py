"""Set up a report by mail, end it, leave it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction

from analytics.mails import times
from analytics.models import ReportRecipient, ScheduledReport
from config.lib.problems import Problem
from workspaces import audit, roles
from workspaces.models import Environment, Membership, Organization, Role, Workspace

RECIPIENTS_AT_MOST = 50
REPORTS_AT_MOST = 50  # of a workspace
is_kept = MaxLengthValidator(254)  # characters of an address


def addresses(text: str) -> list[str]:
    """From what somebody typed: one a line, or with commas. Raises Problem."""
    found = list(dict.fromkeys(word.strip().lower() for word in text.replace(",", "\n").splitlines() if word.strip()))
    if not found:
        raise Problem(422, "no_recipient", "Write at least one address, one a line.")
    if len(found) > RECIPIENTS_AT_MOST:
        raise Problem(422, "too_many_recipients", f"A report goes to {RECIPIENTS_AT_MOST} addresses at most.")
    for each in found:
        try:
            is_kept(each)
            validate_email(each)
        except ValidationError:
            raise Problem(422, "not_an_address", f"“{each[:80]}” is not an e-mail address.") from None
    return found


def create(
    workspace: Workspace,
    environment: Environment,
    *,
    source: str,
    title: str,
    parameters: str,
    every: str,
    emails: Sequence[str],
    origin: str,
    role: Role | str,
    actor: Any,
    now: datetime,
) -> ScheduledReport:
    """`role` is the actor's: only who may export sends to people outside the organization."""
    members = _members(workspace.organization, emails)
    guests = [email for email in emails if email not in members]
    if guests and not roles.may(role, "export"):
        raise Problem(403, "guests", f"{guests[0]} is no member. Ask somebody who may export to add that address.")
    if ScheduledReport.objects.filter(workspace=workspace).count() >= REPORTS_AT_MOST:
        raise Problem(422, "too_many_reports", f"A workspace has {REPORTS_AT_MOST} reports by mail at most.")
    with transaction.atomic():
        made = ScheduledReport.objects.create(
            workspace=workspace,
            environment=environment,
            source=source,
            title=title[:120],
            parameters=parameters,
            every=every,
            origin=origin.rstrip("/"),
            next_at=times.following(every, workspace.timezone, now),
            created_by=str(actor)[:255],
            created_at=now,
        )
        ReportRecipient.objects.bulk_create(
            ReportRecipient(report=made, email=email, is_guest=email in guests) for email in emails
        )
        said = f"{made}, to {', '.join(emails)}"
        audit.record(workspace.organization, actor, "report_mail.create", said, now=now, workspace=workspace)
    return made


def delete(report: ScheduledReport, *, actor: Any, now: datetime) -> None:
    workspace = report.workspace
    with transaction.atomic():
        report.delete()
        audit.record(workspace.organization, actor, "report_mail.delete", str(report), now=now, workspace=workspace)


@transaction.atomic
def unsubscribe(recipient: ReportRecipient, now: datetime) -> None:
    """Says it once in the audit log, however often it is asked."""
    if not ReportRecipient.objects.filter(pk=recipient.pk, unsubscribed_at__isnull=True).update(unsubscribed_at=now):
        return
    workspace = recipient.report.workspace
    audit.record(
        workspace.organization, recipient.email, "report_mail.unsubscribe", str(recipient.report), now=now,
        workspace=workspace,
    )  # fmt: skip


def entitled(report: ScheduledReport) -> list[ReportRecipient]:
    """Who gets it now: guests, and those who are members still; nobody who left it, or whose account is closed."""
    asked = list(report.recipients.filter(unsubscribed_at__isnull=True))
    members = _members(report.workspace.organization, [each.email for each in asked], user__is_active=True)
    return [each for each in asked if each.is_guest or each.email in members]


def is_entitled(recipient: ReportRecipient) -> bool:
    """Whether this one gets it now: between its making and a later try to send it somebody may have left."""
    return recipient in entitled(recipient.report)


def _members(organization: Organization, emails: Sequence[str], **who: bool) -> set[str]:
    found = Membership.objects.filter(organization=organization, user__email__in=list(emails), **who)
    return {email.lower() for email in found.values_list("user__email", flat=True)}
