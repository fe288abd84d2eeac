"""What pages and API show of an organization's plan and usage: gathered once, in one shape."""

from dataclasses import dataclass
from datetime import datetime

import redis

from billing import entitlements, forecasts, stripe_api
from billing.forecasts import Month
from billing.models import Customer, Invoice, Subscription
from billing.plans import PLANS, Entitlement, Plan
from tracking import usage
from tracking.usage import ledger
from workspaces.limits import EVENTS
from workspaces.models import Limit, Membership, Organization


@dataclass(frozen=True)
class Summary:
    is_on: bool  # whether billing is switched on here
    customer: Customer | None
    subscription: Subscription | None
    entitlement: Entitlement
    month: Month
    seats_used: int

    @property
    def plan(self) -> Plan | None:
        return PLANS.get(self.entitlement.plan)

    @property
    def percent(self) -> int | None:
        """Of the month's events; over 100 past the limit. None without a limit."""
        most = self.entitlement.events
        return None if most is None else self.month.used * 100 // max(most, 1)

    @property
    def overage(self) -> int:
        """By how many events the forecast is past the limit."""
        most = self.entitlement.events
        return 0 if most is None else max(0, self.month.forecast - most)


def summary(organization: Organization, now: datetime) -> Summary:
    return Summary(
        is_on=stripe_api.is_on(),
        customer=Customer.objects.filter(organization=organization).first(),
        subscription=entitlements.current(organization),
        entitlement=entitlements.of(organization, now),
        month=forecasts.month(now, _used(organization, now)),
        seats_used=Membership.objects.filter(organization=organization).count(),
    )


def _used(organization: Organization, now: datetime) -> int:
    """Events of this month: from the counters, or from the ledger while those are away."""
    try:
        return usage.used(organization.pk, EVENTS, Limit.Period.MONTH, now)
    except redis.RedisError:
        start = forecasts.month(now, 0).start
        return ledger.sums(organization.pk, start, now).get(EVENTS, 0)


def invoices(organization: Organization) -> list[Invoice]:
    """Newest first."""
    return list(Invoice.objects.filter(customer__organization=organization)[:500])
