"""What billing brings in, for operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum

from billing.models import Invoice, MeterPush, StripeEvent, Subscription
from billing.models.subscription import GOOD, OWING, Status

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class PlanRevenue:
    plan: str  # "" for prices that are none of ours
    subscriptions: int
    monthly_cents: int


@dataclass(frozen=True)
class Revenue:
    """MRR: what paying subscriptions bring a month after discounts, trials left out; usage by its last 30 days."""

    plans: list[PlanRevenue]
    usage_cents: int  # paid by metered customers in the last 30 days
    trials: int
    owing: int
    owing_cents: int  # of open invoices that were tried
    churned: int  # ended in the last 30 days
    failed_events: int
    waiting_usage: int  # parts of usage Stripe has not taken

    @property
    def mrr_cents(self) -> int:
        return sum(each.monthly_cents for each in self.plans) + self.usage_cents


def revenue(now: datetime) -> Revenue:
    """All numbers from our copies: they are as new as the last webhook, or the last night."""
    unpaid = Invoice.objects.filter(status=Invoice.Status.OPEN, attempts__gt=0, is_for_change=False)
    return Revenue(
        plans=_by_plan(),
        usage_cents=_usage_cents(now),
        trials=Subscription.objects.filter(status=Status.TRIALING).count(),
        owing=Subscription.objects.filter(status__in=OWING).count(),
        owing_cents=unpaid.aggregate(all=Sum("total_cents"))["all"] or 0,
        churned=Subscription.objects.filter(status=Status.CANCELED, ended_at__gt=now - LATELY).count(),
        failed_events=StripeEvent.objects.filter(state=StripeEvent.State.FAILED).count(),
        waiting_usage=MeterPush.objects.exclude(state=MeterPush.State.SENT).count(),
    )


def _by_plan() -> list[PlanRevenue]:
    paying = Subscription.objects.filter(Q(status__in=GOOD) & ~Q(status=Status.TRIALING) | Q(status__in=OWING))
    rows = paying.values_list("plan").annotate(Count("pk"), Sum("monthly_cents")).order_by("plan")
    return [PlanRevenue(plan, number, cents or 0) for plan, number, cents in rows]


def _usage_cents(now: datetime) -> int:
    metered = Subscription.objects.filter(metered_since__isnull=False).values("stripe_id")
    paid = Invoice.objects.filter(
        status=Invoice.Status.PAID, created_at__gt=now - LATELY, subscription_stripe_id__in=metered
    )
    return paid.aggregate(all=Sum("paid_cents"))["all"] or 0
