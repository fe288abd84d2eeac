"""Mails about money, to the Owners: each thing once.

    day 0    payment failed                → payment_failed
    day 3    still unpaid                  → payment_reminder
    day 7    grace is over, limits shrink  → grace_over
             paid after all                → payment_recovered
    3 days before a trial ends             → trial_ending
    it ended                               → plan_ended

What is due follows from the subscription as it stands and from `now`; what was told, from the notices. A process that
dies between the two tells it later. A mail that may have gone out and was not marked is sent again after ten minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from billing.entitlements import GRACE, grace_ends_at
from billing.models import DunningNotice, Subscription
from billing.models.subscription import GOOD, OWING
from workspaces.models import Membership, Role

REMINDED_AFTER = timedelta(days=3)
TRIAL_WARNING = timedelta(days=3)
CLAIMED_FOR = timedelta(minutes=10)
OLD = timedelta(days=2)  # what is over for longer is no news any more
SUBJECTS = {
    "payment_failed": "A payment for {organization} failed",
    "payment_reminder": "{organization}: the invoice is still unpaid",
    "grace_over": "{organization}: limits are reduced until the invoice is paid",
    "payment_recovered": "Thank you: {organization} is paid again",
    "trial_ending": "The trial of {organization} ends soon",
    "plan_ended": "The plan of {organization} has ended",
}


@dataclass(frozen=True)
class Due:
    """One thing to tell, and the moment it is about: together they are told once."""

    kind: str
    about: datetime


def due(subscription: Subscription, now: datetime) -> list[Due]:
    """Everything this subscription gives reason to tell at `now`, told already or not."""
    return [*_about_debt(subscription, now), *_about_ends(subscription, now)]


def tell(subscription: Subscription, site: str, now: datetime) -> None:
    """Sends what is due and was not told yet. `site` is this installation's address, for the links."""
    for each in due(subscription, now):
        _tell(subscription, each, site, now)


def concerned(now: datetime) -> list[int]:
    """Ids of subscriptions there may be something to tell about."""
    lately = Q(status=Subscription.Status.CANCELED, ended_at__gt=now - OLD)
    found = Subscription.objects.filter(
        lately | Q(status__in=[*OWING, Subscription.Status.TRIALING]) | Q(status__in=GOOD, notices__isnull=False),
        customer__organization__isnull=False,
    )
    return list(found.order_by("pk").values_list("pk", flat=True).distinct())


def owners(subscription: Subscription) -> list[str]:
    organization = subscription.customer.organization
    found = Membership.objects.filter(organization=organization, role=Role.OWNER, user__is_active=True).order_by("id")
    return list(found.values_list("user__email", flat=True))


def _about_debt(subscription: Subscription, now: datetime) -> Iterator[Due]:
    since = subscription.owing_since
    if subscription.status in OWING and since:
        yield Due("payment_failed", since)
        if now >= since + REMINDED_AFTER:
            yield Due("payment_reminder", since)
        if now >= since + GRACE:
            yield Due("grace_over", since)
    elif subscription.status in GOOD:
        failed = subscription.notices.filter(kind="payment_failed").order_by("-about").first()
        if failed:
            yield Due("payment_recovered", failed.about)


def _about_ends(subscription: Subscription, now: datetime) -> Iterator[Due]:
    trial_ends = subscription.trial_ends_at
    if trial_ends and subscription.is_trial(now) and trial_ends - now <= TRIAL_WARNING and not subscription.cancel_at:
        yield Due("trial_ending", trial_ends)
    ended = subscription.ended_at
    if subscription.status == Subscription.Status.CANCELED and ended and ended <= now < ended + OLD:
        yield Due("plan_ended", ended)


def _tell(subscription: Subscription, what: Due, site: str, now: datetime) -> None:
    notice, is_new = DunningNotice.objects.get_or_create(
        subscription=subscription, kind=what.kind, about=what.about, defaults={"claimed_at": now}
    )
    if not is_new and not _claim_again(notice, now):
        return
    _send(subscription, what, site)
    DunningNotice.objects.filter(pk=notice.pk).update(sent_at=now)


def _claim_again(notice: DunningNotice, now: datetime) -> bool:
    stale = DunningNotice.objects.filter(pk=notice.pk, sent_at__isnull=True, claimed_at__lt=now - CLAIMED_FOR)
    return bool(stale.update(claimed_at=now))


def _send(subscription: Subscription, what: Due, site: str) -> None:
    organization = subscription.customer.organization
    if organization is None:
        return
    context = {
        "kind": what.kind,
        "organization": organization,
        "subscription": subscription,
        "grace_ends_at": grace_ends_at(subscription),
        "link": site.rstrip("/") + reverse("billing", args=[organization.slug]),
    }
    subject = " ".join(SUBJECTS[what.kind].format(organization=organization.name).split())
    mail = EmailMultiAlternatives(subject, render_to_string("emails/billing.txt", context), to=owners(subscription))
    mail.attach_alternative(render_to_string("emails/billing.html", context), "text/html")
    mail.send()
