"""The book of what was used: entries that are only ever added, and sums that can be made again from them.

    UsageEntry ──rollup──► DailyUsage          UsageProgress   how far booking and adding up have come
    HeldEvents   what came beyond a limit, sealed          UsageDifference   where counters, ledger and store disagree

Numbers outlive the workspace or key they are of (no constraint, no cascade): they are what was paid for.
"""

import uuid

from django.db import models
from django.db.models import Q

from workspaces.models import Organization, Workspace


class UsageEntry(models.Model):
    """One line of the ledger. A trigger refuses every UPDATE; it goes with its organization, and never before."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    workspace = models.ForeignKey(Workspace, models.DO_NOTHING, db_constraint=False, related_name="+")
    key_id = models.BigIntegerField(default=0, help_text="Of the API key; 0: a person, or nobody.")
    metric = models.CharField(max_length=64)
    quantity = models.BigIntegerField()
    event_id = models.CharField(max_length=128, help_text="Named by the sender, or by the place in the log.")
    at = models.DateTimeField(help_text="When it was used; of events the hour of receipt.")
    booked_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "usage entries"
        indexes = [
            models.Index(fields=["organization", "metric", "at"], name="usage_by_moment"),
            models.Index(fields=["organization", "metric", "booked_at"], name="usage_by_booking"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "metric", "event_id"], name="booked_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="only_what_was_used_is_booked"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.metric}"


class DailyUsage(models.Model):
    """The ledger of one day (UTC) added up."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="daily_usage")
    workspace = models.ForeignKey(Workspace, models.DO_NOTHING, db_constraint=False, related_name="+")
    day = models.DateField()
    metric = models.CharField(max_length=64)
    quantity = models.BigIntegerField()
    rolled_at = models.DateTimeField()

    class Meta:
        ordering = ["day", "metric"]
        verbose_name_plural = "daily usage"
        constraints = [
            models.UniqueConstraint(fields=["organization", "day", "metric", "workspace"], name="one_sum_of_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.metric} on {self.day}"


class UsageProgress(models.Model):
    """One row: who holds it books or adds up, everybody else waits."""

    booked_entry = models.CharField(max_length=40, default="0-0", help_text="Last line of the log's stream.")
    rolled_id = models.BigIntegerField(default=0, help_text="Last entry that DailyUsage knows of.")
    rolled_at = models.DateTimeField(null=True, blank=True)
    reconciled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "usage progress"

    def __str__(self) -> str:
        return f"booked to {self.booked_entry}, rolled to {self.rolled_id}"


class HeldEvents(models.Model):
    """One envelope that came when the limit was used up."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="held_events")
    entry = models.CharField(max_length=40, unique=True, help_text="Its place in the log's stream `held`.")
    dataset_id = models.BigIntegerField()
    quantity = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    sealed = models.TextField(editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "held events"
        indexes = [models.Index(fields=["organization", "id"], name="held_in_order")]

    def __str__(self) -> str:
        return f"{self.quantity} events"


class UsageDifference(models.Model):
    """A day on which the three did not agree when they were last compared. Gone when they do."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="usage_differences")
    day = models.DateField()
    counted = models.BigIntegerField(null=True, help_text="Empty: the counters of that day are gone.")
    booked = models.BigIntegerField()
    stored = models.BigIntegerField()
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["organization", "day"], name="one_difference_of_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: counted {self.counted}, booked {self.booked}, stored {self.stored}"
