"""A destination: what of a workspace's events goes there, how far it has come, and how it fares."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from workspaces.models import Connection


class Forwarding(models.Model):
    """Settings people edit, then the position of planning, the claim of who works on it, and its health."""

    class Environment(models.TextChoices):
        LIVE = "live", "Live events"
        TEST = "test", "Test events"

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="forwarding", primary_key=True)
    environment = models.CharField(max_length=4, choices=Environment, default=Environment.LIVE)
    event_types = ArrayField(models.CharField(max_length=32), default=list)
    names = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    renamed_events = models.JSONField(default=dict, blank=True)
    renamed_properties = models.JSONField(default=dict, blank=True)
    dropped_properties = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    sends_personal_data = models.BooleanField(default=False)
    sends_bots = models.BooleanField(default=False)

    # Everything received before `position` (and, in that millisecond, up to `position_id`) is in the outbox. The rules
    # hold for what was received since `since`.
    begun_at = models.DateTimeField()
    since = models.DateTimeField()
    position = models.DateTimeField()
    position_id = models.UUIDField(null=True)
    late_seen = models.PositiveBigIntegerField(default=0, help_text="The last LateArrival that was looked at.")
    swept_at = models.DateTimeField(null=True, help_text="When stragglers were looked for.")

    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    failing_since = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True, help_text="The breaker: nothing is tried before.")
    told_hours = models.PositiveSmallIntegerField(default=0, help_text="Of failing, as the last mail said.")
    last_sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=512, blank=True)

    def __str__(self) -> str:
        return f"forwarding to {self.connection}"

    @property
    def dataset_id(self) -> int:
        return self.connection.workspace.dataset_id("test" if self.environment == "test" else "live")
