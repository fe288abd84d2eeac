"""Sending what waits: claimed, sent, noted; tried again when the channel does not answer.

The claim moves the notice into the future by a lease. Whoever dies while sending leaves it there, and when the lease is
over it is sent again under the same id. A channel that refuses for good is paused and its notices wait with it; a mail
tells the people who can repair it.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse

from analytics.alerts import channels
from analytics.channels.base import Message
from analytics.models import AlertChange, Notice
from config.lib.crypto import SealBroken
from workspaces import connections, retries
from workspaces.models import Connection
from workspaces.providers import DeliveryError

LEASE = timedelta(minutes=2)  # more than any channel takes
MOST_AT_ONCE = 1000
JUST_FAILED = 2  # attempts: seconds and minutes between them
UNREADABLE = "Its secret cannot be read: the installation's key has changed. Type it in again."
log = structlog.get_logger()


def due(now: datetime) -> list[int]:
    return list(_due(now).order_by("due_at", "id").values_list("id", flat=True)[:MOST_AT_ONCE])


def tell(notice_id: int, now: datetime, jitter: Callable[[], float] = random.random) -> None:
    """Does nothing when it is not due, or when somebody else is at it."""
    notice = _claim(notice_id, now)
    if notice is None:
        return
    try:
        channels.channel_of(notice.channel).tell(message(notice))
    except DeliveryError as error:
        _failed(notice, error, now, jitter())
    except SealBroken:
        _failed(notice, DeliveryError(UNREADABLE, permanent=True), now, jitter())
    else:
        Notice.objects.filter(pk=notice.pk).update(state="sent", sent_at=now, last_error="")


def message(notice: Notice) -> Message:
    return message_of(notice.change, str(notice.uid))


def message_of(change: AlertChange, uid: str) -> Message:
    rule = change.rule
    path = reverse("alert", args=[rule.workspace.slug, rule.uid])
    return Message(
        id=uid,
        kind=change.kind,
        alert=rule.name,
        alert_id=str(rule.uid),
        workspace=rule.workspace.name,
        said=change.said,
        value=change.value,
        threshold=rule.threshold,
        at=change.at,
        link=settings.SITE_URL + path,
        is_test_data=rule.environment == "test",
    )


def _due(now: datetime) -> QuerySet[Notice]:
    """A channel that has just failed is left alone: its other notices would only hold up those of others.

    For some minutes, or as long as it asks. Later a failed notice waits for hours, and the channel may be well long
    since: then only the next word on the same alert waits with it, as nobody should hear the end before the beginning.
    """
    waiting = Notice.objects.filter(state="waiting")
    failed = waiting.exclude(last_error="")
    resting = failed.filter(due_at__gt=now, attempts__lte=JUST_FAILED).values("channel")
    before = failed.filter(channel=OuterRef("channel"), change__rule=OuterRef("change__rule"), pk__lt=OuterRef("pk"))
    return waiting.filter(~Exists(before), due_at__lte=now, channel__paused_at=None).exclude(channel__in=resting)


def _claim(notice_id: int, now: datetime) -> Notice | None:
    if not _due(now).filter(pk=notice_id).update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    found = Notice.objects.select_related("channel__workspace__organization", "change__rule__workspace")
    return found.filter(pk=notice_id).first()


def _failed(notice: Notice, error: DeliveryError, now: datetime, jitter: float) -> None:
    log.warning("notice_failed", notice=str(notice.uid), kind=notice.channel.kind, error=str(error)[:200])
    mine = Notice.objects.filter(pk=notice.pk)
    mine.update(last_error=str(error)[:512])
    if error.permanent and _paused(notice.channel, str(error), now):
        mine.update(due_at=now, attempts=0)  # it waits for the channel, however long that is repaired
        return
    again_s = retries.wait_s(notice.attempts, error.retry_after, jitter)
    if again_s is None:
        mine.update(state="failed")
    else:
        mine.update(due_at=now + timedelta(seconds=again_s))


def _paused(channel: Connection, reason: str, now: datetime) -> bool:
    """The mail goes first: should we die in between, there is a second mail rather than none."""
    try:
        channels.mail_about_pause(channel, reason)
    except OSError:  # of the network, and all of smtplib's
        log.warning("pause_mail_failed", channel=str(channel.uid))
        return False
    connections.pause(channel, reason, now=now)
    return True
