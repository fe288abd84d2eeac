"""How much an organization may use, and what it was told when it came near.

    Limit         one allowance: of a metric, in a day or a month, of the whole organization or of one key
    LimitNotice   that a share of it was reached in one period; written once, then mailed and shown

The numbers that were used stand elsewhere (tracking.usage). `workspaces.limits` says which limit is in force.
"""

import uuid

from django.db import models
from django.db.models import Q

from workspaces.models.api_key import ApiKey
from workspaces.models.organization import Organization


class Limit(models.Model):
    class Period(models.TextChoices):
        DAY = "day", "a day"
        MONTH = "month", "a month"
        ALWAYS = "always", "at any time"  # of what is there and not used up, such as seats

    class Policy(models.TextChoices):
        SOFT = "soft", "soft: go on, tell, and stop after the grace"
        HARD = "hard", "hard: stop at the limit"

    class Source(models.TextChoices):
        PLAN = "plan", "the plan"
        OWN = "own", "the organization itself"
        OPERATOR = "operator", "an operator"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="limits")
    api_key = models.ForeignKey(
        ApiKey, models.CASCADE, null=True, blank=True, related_name="limits", help_text="Empty: all of them together."
    )
    metric = models.CharField(max_length=64, help_text="events, seats, or a unit the organization counts itself.")
    period = models.CharField(max_length=6, choices=Period)
    most = models.BigIntegerField(null=True, blank=True, help_text="Empty: as many as they like.")
    policy = models.CharField(max_length=4, choices=Policy, default=Policy.SOFT)
    source = models.CharField(max_length=8, choices=Source, default=Source.OPERATOR)
    note = models.CharField(max_length=200, blank=True, help_text="Why, for the next operator.")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["metric", "period", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(most__isnull=True) | Q(most__gte=0), name="a_limit_is_not_below_zero"),
            models.CheckConstraint(
                condition=~Q(source="own") | Q(api_key__isnull=False), name="own_limits_are_those_of_keys"
            ),
            models.UniqueConstraint(
                fields=["organization", "metric", "period", "source"],
                condition=Q(api_key__isnull=True),
                name="one_limit_of_an_organization",
            ),
            models.UniqueConstraint(
                fields=["api_key", "metric", "period", "source"],
                condition=Q(api_key__isnull=False),
                name="one_limit_of_a_key",
            ),
        ]

    def __str__(self) -> str:
        most = "any number of" if self.most is None else self.most
        return f"{most} {self.metric} {self.get_period_display()}"


class LimitNotice(models.Model):
    """That `percent` of `most` was reached. Periods begin at 00:00 UTC of `starts_on`. Another limit is told anew."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="limit_notices")
    api_key = models.ForeignKey(ApiKey, models.CASCADE, null=True, blank=True, related_name="+")
    metric = models.CharField(max_length=64)
    period = models.CharField(max_length=6, choices=Limit.Period)
    starts_on = models.DateField()
    percent = models.PositiveSmallIntegerField()
    used = models.BigIntegerField()
    most = models.BigIntegerField()
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-percent"]
        indexes = [models.Index(fields=["organization", "starts_on"], name="notices_of_a_period")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "metric", "period", "starts_on", "percent", "most"],
                condition=Q(api_key__isnull=True),
                name="told_once_of_an_organization",
            ),
            models.UniqueConstraint(
                fields=["api_key", "metric", "period", "starts_on", "percent", "most"],
                condition=Q(api_key__isnull=False),
                name="told_once_of_a_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.most} {self.metric}"
