"""The walk of every minute: a report that is due becomes a mail for each recipient, and each mail is sent once.

    next_at passed ─► ReportMail rows, next_at moves on (one transaction) ─► claimed ─► sent_at
                                                               └─► mail server away: again later, at last no more

A worker that dies while it sends leaves a claim that runs out. The mail goes out again then, with the same Message-ID,
by which mail programs know it as the same.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from analytics.mails import times
from analytics.mails.schedule import entitled, is_entitled
from analytics.models import ReportMail, ScheduledReport
from analytics.query.model import QueryError
from tracking.store import StoreError

CLAIM = timedelta(minutes=5)
ATTEMPTS = 8
KEPT = timedelta(days=90)
LEFT = "Its recipient is no member any more."
log = structlog.get_logger(__name__)


def walk(now: datetime) -> list[int]:
    """Makes the mails of all reports that are due. The mails to send now."""
    for report in ScheduledReport.objects.select_related("workspace__organization").filter(next_at__lte=now):
        _make(report, now)
    return list(_open(now).values_list("pk", flat=True))


def send(pk: int, now: datetime, write: Callable[[ReportMail], Any]) -> bool:
    """Sends one mail, if nobody else does. `write` makes the message; whether it went out."""
    claimed = _open(now).filter(pk=pk).update(claimed_until=now + CLAIM, attempts=F("attempts") + 1)
    if not claimed:
        return False
    mail = ReportMail.objects.select_related("recipient__report__workspace__organization").get(pk=pk)
    if not is_entitled(mail.recipient):
        _give_up(mail, LEFT, now)
        return False
    try:
        write(mail).send()
    except QueryError as error:
        _give_up(mail, error.on_pages, now)
        return False
    except (SMTPException, OSError, StoreError) as error:
        _again(mail, error, now)
        return False
    ReportMail.objects.filter(pk=pk).update(sent_at=now, claimed_until=None, reason="")
    return True


def forget(now: datetime) -> None:
    """Old mails go, but for the last of each recipient: the page says when it was.

    None of them comes again: `next_at` has moved on, and what is due is never older than the latest.
    """
    newer = ReportMail.objects.filter(recipient=OuterRef("recipient"), due_at__gt=OuterRef("due_at"))
    ReportMail.objects.filter(Exists(newer), due_at__lt=now - KEPT).delete()


def _make(report: ScheduledReport, now: datetime) -> None:
    zone = report.workspace.timezone
    due_at = max(report.next_at, times.latest(report.every, zone, now))
    with transaction.atomic():
        mine = ScheduledReport.objects.filter(pk=report.pk, next_at=report.next_at)
        if mine.update(next_at=times.following(report.every, zone, now)):
            ReportMail.objects.bulk_create(
                [ReportMail(recipient=each, due_at=due_at) for each in entitled(report)], ignore_conflicts=True
            )


def _again(mail: ReportMail, error: Exception, now: datetime) -> None:
    log.warning("report mail not sent", mail=str(mail.uid), attempt=mail.attempts, error=type(error).__name__)
    away = "The event store did not answer." if isinstance(error, StoreError) else "The mail server did not take it."
    if mail.attempts >= ATTEMPTS:
        return _give_up(mail, away, now)
    later = now + timedelta(minutes=2**mail.attempts)
    ReportMail.objects.filter(pk=mail.pk).update(claimed_until=later, reason=away)


def _give_up(mail: ReportMail, reason: str, now: datetime) -> None:
    ReportMail.objects.filter(pk=mail.pk).update(gave_up_at=now, claimed_until=None, reason=reason[:200])


def _open(now: datetime) -> QuerySet[ReportMail]:
    is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    return ReportMail.objects.filter(
        is_free,
        sent_at__isnull=True,
        gave_up_at__isnull=True,
        recipient__unsubscribed_at__isnull=True,
        attempts__lt=ATTEMPTS,  # also where every try ended in a way nobody foresaw
    )
