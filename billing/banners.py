"""The one sentence about money that stands above every page, if there is one to say."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.entitlements import grace_ends_at, is_in_arrears
from billing.models import Subscription

TRIAL_SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class Banner:
    slug: str  # of the organization
    text: str
    action: str  # words of the link to the billing page, for who may go there
    is_urgent: bool = False


def banner(subscription: Subscription | None, now: datetime) -> Banner | None:
    """The most important first: reduced limits, an unpaid invoice, a change that waits, an end, a trial."""
    if subscription is None or subscription.customer.organization is None:
        return None
    slug = subscription.customer.organization.slug
    if is_in_arrears(subscription, now):
        text = "An invoice is unpaid and the grace is over: limits are reduced until it is paid."
        return Banner(slug, text, "Pay now", is_urgent=True)
    grace_ends = grace_ends_at(subscription)
    if grace_ends:
        text = f"A payment failed. Everything works until {_day(grace_ends)}; then limits are reduced."
        return Banner(slug, text, "Pay now", is_urgent=True)
    if subscription.pending_plan:
        return Banner(slug, "A change of the plan waits for its payment to be confirmed.", "Confirm it")
    if subscription.cancel_at:
        return Banner(slug, f"The plan ends on {_day(subscription.cancel_at)}.", "Keep it")
    if subscription.is_trial(now) and subscription.trial_ends_at and subscription.trial_ends_at - now <= TRIAL_SHOWN:
        return Banner(
            slug, f"The trial ends on {_day(subscription.trial_ends_at)}; then the plan is paid for.", "See the plan"
        )
    return None


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B}"
