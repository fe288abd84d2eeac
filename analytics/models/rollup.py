"""What the nightly roll-up computed, and which days it has done."""

import uuid

from django.db import models

from workspaces.models import ApiKey, Workspace


class MetricRoles(models.Model):
    """Which of a workspace's event names mean what: {"registration": ["signup_completed"]}. Without: the defaults."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="metric_roles", primary_key=True)
    names = models.JSONField(default=dict)
    # Who is known by a user id; otherwise everybody, strangers included.
    only_identified = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "metric roles"

    def __str__(self) -> str:
        return f"metric roles of {self.workspace_id}"


class AggregatedMetric(models.Model):
    """One number of one day, week (its Monday) or month (its first). Kept also when the events behind it are gone."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="aggregated_metrics")
    environment = models.CharField(max_length=4, choices=ApiKey.EnvironmentChoice)
    metric_type = models.CharField(max_length=40)
    period = models.CharField(max_length=7)
    metric_date = models.DateField()
    value = models.FloatField(null=True)  # null: nothing to say, and `notes` says why
    notes = models.JSONField(default=dict)
    calculated_at = models.DateTimeField()

    class Meta:
        ordering = ["metric_date", "metric_type"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "environment", "period", "metric_type", "metric_date"],
                name="one_value_for_a_metric_and_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric_type} {self.period} {self.metric_date}: {self.value}"


class RollupDay(models.Model):
    """One day of one dataset: whether its numbers stand, and of which events they were made."""

    class State(models.TextChoices):
        STARTED = "started"  # numbers may be missing: a run was killed here, or something was changed since
        DONE = "done"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="rollup_days")
    environment = models.CharField(max_length=4, choices=ApiKey.EnvironmentChoice)
    day = models.DateField()
    state = models.CharField(max_length=7, choices=State)
    events = models.BigIntegerField(default=0)
    # Differs as soon as one event comes or goes.
    fingerprint = models.CharField(max_length=20, default="0")
    # Differs as soon as a definition changes: event names, zone, currencies.
    definition = models.CharField(max_length=16, default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "environment", "day"], name="one_rollup_of_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.state}"
