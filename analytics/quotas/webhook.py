"""Telling a program of the organization's what people are told by mail: that it comes near a limit.

    notices.note ─► LimitPost, with the notice ─► post: signed as Standard Webhooks describes ─► again, for three days

Each attempt carries the same id, so a receiver can tell a repetition. Requests go through the guarded client.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from analytics.channels.webhook import Webhook, WebhookSettings
from analytics.models import LimitPost, LimitWebhook
from config.lib.crypto import SealBroken, seal, unseal
from config.lib.problems import Problem
from workspaces import audit, limits, retries
from workspaces.models import LimitNotice, Organization
from workspaces.providers import DeliveryError, SettingError

LEASE = timedelta(minutes=2)  # more than any receiver is given
MOST_AT_ONCE = 1000
UNREADABLE = "Its secret cannot be read: the installation's key has changed. Type it in again."
log = structlog.get_logger()


def of(organization: Organization) -> LimitWebhook | None:
    return LimitWebhook.objects.filter(organization=organization).first()


@transaction.atomic
def set_up(organization: Organization, url: str, secret: str, *, actor: Any, now: datetime) -> LimitWebhook:
    """A secret left empty stays what it was. Raises Problem 422 for what cannot be right."""
    known = of(organization)
    try:
        checked = WebhookSettings(url=url, secret=secret or (unseal(known.secret) if known else ""))
    except SettingError as error:
        raise Problem(422, "wrong_value", str(error), field=error.name) from error
    except SealBroken:
        raise Problem(422, "wrong_value", UNREADABLE, field="secret") from None
    about = {"url": checked.url, "secret": seal(checked.secret), "set_at": now}
    made, _ = LimitWebhook.objects.update_or_create(organization=organization, defaults=about)
    audit.record(organization, actor, "limits.webhook", checked.url, now=now)
    return made


@transaction.atomic
def remove(webhook: LimitWebhook, *, actor: Any, now: datetime) -> None:
    """What was not sent yet is not sent any more."""
    webhook.delete()
    audit.record(webhook.organization, actor, "limits.webhook_remove", webhook.url, now=now)


def try_out(webhook: LimitWebhook, now: datetime) -> None:
    """Sends an example now. Raises DeliveryError."""
    data = {"organization": webhook.organization.slug, "metric": limits.EVENTS, "percent": 0, "used": 0, "limit": 0}
    _channel(webhook).post(f"test-{int(now.timestamp())}", _document("quota.test", now, data))


def put(notice: LimitNotice, now: datetime) -> None:
    """In the transaction that writes the notice."""
    webhook = of(notice.organization)
    if webhook:
        LimitPost.objects.create(webhook=webhook, notice=notice, due_at=now)


def due(now: datetime) -> list[int]:
    waiting = LimitPost.objects.filter(due_at__lte=now).order_by("due_at", "id")
    return list(waiting.values_list("id", flat=True)[:MOST_AT_ONCE])


def post(pk: int, now: datetime, chance: Callable[[], float] = random.random) -> None:
    """Does nothing when it is not due, or when somebody else is at it. Whoever is killed leaves it due again."""
    if not LimitPost.objects.filter(pk=pk, due_at__lte=now).update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return
    row = LimitPost.objects.select_related("webhook", "notice__organization", "notice__api_key").get(pk=pk)
    try:
        _channel(row.webhook).post(str(row.uid), document(row.notice))
    except DeliveryError as error:
        _failed(row, error, now, chance())
    else:
        LimitPost.objects.filter(pk=pk).update(due_at=None, sent_at=now, last_error="")


def document(notice: LimitNotice) -> dict[str, Any]:
    key = notice.api_key
    data = {
        "organization": notice.organization.slug,
        "metric": notice.metric,
        "period": notice.period,
        "percent": notice.percent,
        "used": notice.used,
        "limit": notice.most,
        "key": {"id": str(key.uid), "name": key.name} if key else None,
        "starts_on": notice.starts_on.isoformat(),
        "resets_at": limits.end_of(notice.period, notice.at).isoformat(),
        "link": settings.SITE_URL + reverse("usage", args=[notice.organization.slug]),
    }
    return _document("quota.reached", notice.at, data)


def _document(kind: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "timestamp": at.isoformat(), "data": data}


def _channel(webhook: LimitWebhook) -> Webhook:
    try:
        return Webhook(WebhookSettings(url=webhook.url, secret=unseal(webhook.secret)))
    except SealBroken:
        raise DeliveryError(UNREADABLE, permanent=True) from None


def _failed(row: LimitPost, error: DeliveryError, now: datetime, chance: float) -> None:
    log.warning("limit_post_failed", post=str(row.uid), error=str(error)[:200])
    again_s = None if error.permanent else retries.wait_s(row.attempts, error.retry_after, chance)
    due_at = None if again_s is None else now + timedelta(seconds=again_s)
    LimitPost.objects.filter(pk=row.pk).update(due_at=due_at, last_error=str(error)[:512])
