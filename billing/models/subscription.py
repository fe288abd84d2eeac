"""The agreement to pay for a plan."""

from datetime import datetime

from django.db import models

from billing.models.customer import Customer
from billing.plans import PLANS, Plan
from workspaces.models import Organization


class Status(models.TextChoices):
    """As Stripe names them."""

    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELED = "canceled"
    UNPAID = "unpaid"
    PAUSED = "paused"


# What gives a plan; the first three are as good as paid, the others wait for money.
GOOD = (Status.ACTIVE, Status.TRIALING)
OWING = (Status.PAST_DUE, Status.UNPAID)
LIVE = (*GOOD, *OWING, Status.PAUSED)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def live(self) -> "SubscriptionQuerySet":
        return self.filter(status__in=LIVE)

    def of_organization(self, organization: Organization) -> "SubscriptionQuerySet":
        return self.filter(customer__organization=organization)


class Subscription(models.Model):
    """Stripe's subscription as it was when last read."""

    Status = Status

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="subscriptions")
    stripe_id = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=20, choices=Status)
    plan = models.CharField(max_length=20, blank=True, help_text="Empty: a price that is none of ours.")
    pending_plan = models.CharField(max_length=20, blank=True, help_text="Takes effect when its invoice is paid.")
    monthly_cents = models.PositiveBigIntegerField(default=0, help_text="After discounts; 0 for metered plans.")
    discount = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    cancel_at = models.DateTimeField(null=True, blank=True, help_text="Ends then, unless resumed.")
    ended_at = models.DateTimeField(null=True, blank=True)
    metered_since = models.DateTimeField(null=True, blank=True)
    owing_since = models.DateTimeField(null=True, blank=True, help_text="When the oldest unpaid invoice was due.")

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.customer.name}: {self.plan or 'unknown plan'} ({self.status})"

    @property
    def known_plan(self) -> Plan | None:
        return PLANS.get(self.plan)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def is_trial(self, now: datetime) -> bool:
        return self.status == Status.TRIALING and self.trial_ends_at is not None and self.trial_ends_at > now
