"""From what an organization pays to what it may use.

    Subscription, now ─► entitlement (pure) ─► workspaces.limits, which the door reads with every key

Nobody's dashboards lock. Without money, and after a week of grace, what comes on top is held or only noted.
"""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db.models import Q

from billing import stripe_api
from billing.models import Subscription
from billing.models.subscription import GOOD, OWING
from billing.plans import UNLIMITED, WITHOUT_PLAN, Entitlement
from workspaces import limits
from workspaces.limits import Quota
from workspaces.models import Limit, Organization

GRACE = timedelta(days=7)  # after the first failed payment


def current(organization: Organization) -> Subscription | None:
    """The one that counts: paid before owing, then the newest. None: no plan."""
    live = list(Subscription.objects.of_organization(organization).live().select_related("customer__organization"))
    return max(live, key=lambda each: (each.status in GOOD, each.created_at, each.pk), default=None)


def entitlement(subscription: Subscription | None, now: datetime) -> Entitlement:
    """What this subscription allows at `now`. Not asked where billing is off: there everything is allowed."""
    if subscription is None or not (subscription.status in GOOD or subscription.status in OWING):
        return WITHOUT_PLAN
    plan = subscription.known_plan
    if plan is None:  # a price an operator made for somebody: paid for, so not to be stopped by us
        return UNLIMITED
    if is_in_arrears(subscription, now):
        return Entitlement(plan.name, WITHOUT_PLAN.events, plan.seats, question=plan.question)
    return Entitlement(plan.name, plan.events, plan.seats, question=plan.question)


def of(organization: Organization, now: datetime) -> Entitlement:
    return entitlement(current(organization), now) if stripe_api.is_on() else UNLIMITED


def grace_ends_at(subscription: Subscription) -> datetime | None:
    """When an unpaid invoice begins to cost something; None while nothing is owed."""
    if subscription.status not in OWING or subscription.owing_since is None:
        return None
    return subscription.owing_since + GRACE


def is_in_arrears(subscription: Subscription, now: datetime) -> bool:
    ends = grace_ends_at(subscription)
    return ends is not None and now >= ends


def apply(organization: Organization, now: datetime) -> None:
    """Writes it down where the door looks; the next requests are judged by it. Twice changes nothing."""
    limits.set_limits(organization, _quotas(of(organization, now)) if stripe_api.is_on() else [], now)


def apply_where_needed(now: datetime) -> None:
    """Organizations that are new, or whose grace may have ended. With billing off: those that still have a plan's."""
    with_limits = Q(limits__source=Limit.Source.PLAN)
    if stripe_api.is_on():
        owing = Q(billing_customer__subscriptions__status__in=OWING)
        chosen = Organization.objects.filter(~with_limits | owing)
    else:
        chosen = Organization.objects.filter(with_limits)
    for organization in chosen.distinct():
        apply(organization, now)


def _quotas(allowed: Entitlement) -> list[Quota]:
    policy = Limit.Policy.HARD if allowed.is_hard else Limit.Policy.SOFT
    cost = limits.costs(**asdict(allowed.question)) if allowed.question else []
    return [Quota(limits.EVENTS, Limit.Period.MONTH, allowed.events, policy), limits.seats(allowed.seats), *cost]
