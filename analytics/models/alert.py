"""Alerts: a rule about a number, the moments when it crossed, and who is to be told of each.

    AlertRule ── AlertChange ── Notice ── Connection (a channel)

A change and its notices are written in one transaction: whoever dies afterwards, they are there to be sent.
"""

import uuid

from django.conf import settings
from django.db import models

from workspaces.models import Connection, Workspace


class AlertRule(models.Model):
    """`query` is a question as analytics.alerts.question stores it; analytics.alerts.conditions says the rest."""

    class Condition(models.TextChoices):
        ABOVE = "above", "is above"
        BELOW = "below", "is below"
        EQUALS = "equals", "equals"
        CHANGE = "change", "changes by more than"
        ANOMALY = "anomaly", "is unusual"
        ABSENCE = "absence", "stays away"

    class Direction(models.TextChoices):
        EITHER = "either", "up or down"
        UP = "up", "up"
        DOWN = "down", "down"

    class Against(models.TextChoices):
        PREVIOUS = "previous", "the time just before"
        DAY = "day", "the same time yesterday"
        WEEK = "week", "the same time a week ago"

    class Status(models.TextChoices):
        WAITING = "waiting", "not evaluated yet"
        OK = "ok", "quiet"
        PENDING = "pending", "about to fire"
        FIRING = "firing", "firing"
        NO_DATA = "no_data", "no data"
        INVALID = "invalid", "cannot be asked"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="alerts")
    environment = models.CharField(max_length=4, default="live")
    name = models.CharField(max_length=80)
    query = models.JSONField()
    window_minutes = models.PositiveIntegerField(default=60)
    condition = models.CharField(max_length=8, choices=Condition)
    threshold = models.FloatField(default=0)
    direction = models.CharField(max_length=6, choices=Direction, default=Direction.EITHER)
    against = models.CharField(max_length=8, choices=Against, default=Against.PREVIOUS)
    for_minutes = models.PositiveIntegerField(default=0)
    margin_pct = models.FloatField(default=0)
    schedule = models.JSONField(null=True, blank=True, help_text="When it is evaluated; null: always.")
    quiet_hours = models.JSONField(null=True, blank=True, help_text="When nobody is told; null: never.")
    tells_resolved = models.BooleanField(default=True)
    tells_no_data = models.BooleanField(default=False)
    most_a_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How often anybody is told within 24 hours; null: as often as it fires."
    )
    channels = models.ManyToManyField(Connection, related_name="+", blank=True)
    is_active = models.BooleanField(default=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)

    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    is_open = models.BooleanField(default=False, help_text="It crossed and has not come back; outlives a lack of data.")
    beyond_since = models.DateTimeField(null=True, blank=True)
    last_value = models.FloatField(null=True, blank=True)
    last_reason = models.CharField(max_length=300, blank=True, help_text="Why there is no value.")
    last_triggered_at = models.DateTimeField(null=True, blank=True)
    evaluated_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(db_index=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class AlertChange(models.Model):
    """A rule crossed, came back, ran out of data or became impossible, at the moment it was evaluated for."""

    class Kind(models.TextChoices):
        FIRED = "fired", "Fired"
        RESOLVED = "resolved", "Resolved"
        NO_DATA = "no_data", "No data"
        DATA = "data", "Data is back"
        INVALID = "invalid", "Cannot be asked"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    said = models.CharField(max_length=600, help_text="In words, as it is told.")
    value = models.FloatField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When what began here was over.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("rule", "-at"), name="alert_history"),)

    def __str__(self) -> str:
        return f"{self.rule}: {self.get_kind_display()}"

    @property
    def is_unseen(self) -> bool:
        """It goes on, and nobody has said to have seen it."""
        return self.kind in ("fired", "no_data", "invalid") and not self.ended_at and not self.acknowledged_at


class Notice(models.Model):
    """One channel is to be told of one change. `uid` is the id of the message, the same at every attempt."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        WITHDRAWN = "withdrawn", "Not needed any more"
        FAILED = "failed", "Given up"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    change = models.ForeignKey(AlertChange, on_delete=models.CASCADE, related_name="notices")
    channel = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    is_held = models.BooleanField(default=False, help_text="It waits for quiet hours or a snooze to end.")
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=512, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("due_at",), condition=models.Q(state="waiting"), name="notice_due"),)

    def __str__(self) -> str:
        return f"{self.change} to {self.channel}"
