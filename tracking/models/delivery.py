"""The outbox of a destination: batches on their way, what became of each day's events, and what is sent again."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from tracking.models.forwarding import Forwarding


def _split(packed: bytes | memoryview) -> list[bytes]:
    """psycopg hands binary values out as memory, not as bytes."""
    return [bytes(packed[place : place + 16]) for place in range(0, len(packed), 16)]


class Resend(models.Model):
    """Somebody's wish to send a stretch of the past again. Counted apart: these events were counted on their day."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    forwarding = models.ForeignKey(Forwarding, models.CASCADE, related_name="resends")
    start = models.DateTimeField()
    end = models.DateTimeField()
    position = models.DateTimeField()
    position_id = models.UUIDField(null=True)
    asked_by = models.CharField(max_length=255)
    asked_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True, help_text="When all of it was in the outbox.")
    eligible = models.PositiveBigIntegerField(default=0)
    sent = models.PositiveBigIntegerField(default=0)
    rejected = models.JSONField(default=dict)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def open(self) -> "DeliveryQuerySet":
        return self.exclude(state=Delivery.State.DONE)

    def due(self, now: datetime) -> "DeliveryQuerySet":
        return self.filter(state=Delivery.State.PENDING, due_at__lte=now)


class Delivery(models.Model):
    """One batch: which stored events, and how far it has got. Their content stays in the event store."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        DONE = "done", "Answered"
        DEAD = "dead", "Dead letter"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    forwarding = models.ForeignKey(Forwarding, models.CASCADE, related_name="deliveries")
    resend = models.ForeignKey(Resend, models.CASCADE, null=True, related_name="deliveries")
    day = models.DateField(help_text="UTC, of receipt: the events of a batch share it.")
    events = models.PositiveIntegerField()
    ids = models.BinaryField(help_text="16 bytes an event; emptied when it is settled and nobody asks any more.")
    received_from = models.DateTimeField()
    received_to = models.DateTimeField()
    happened_from = models.DateTimeField()
    happened_to = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    sent = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=dict, help_text="Reason → events.")
    error = models.CharField(max_length=512, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["forwarding", "due_at"], condition=~Q(state="done"), name="open_deliveries"),
            models.Index(fields=["forwarding", "received_to"], name="deliveries_by_receipt"),
            models.Index(fields=["settled_at"], name="settled_deliveries"),
        ]

    def __str__(self) -> str:
        return f"{self.events} events of {self.day}"

    @property
    def event_ids(self) -> list[bytes]:
        return _split(self.ids)


class DeliveryDay(models.Model):
    """What became of the events received on a day: eligible = sent + rejected + what open deliveries hold."""

    forwarding = models.ForeignKey(Forwarding, models.CASCADE, related_name="days")
    day = models.DateField()
    eligible = models.PositiveBigIntegerField(default=0)
    sent = models.PositiveBigIntegerField(default=0)
    rejected = models.JSONField(default=dict, help_text="Reason → events.")

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["forwarding", "day"], name="one_delivery_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.eligible}"


class LateArrival(models.Model):
    """Events that were received long before they are stored (held over a limit, then released): named one by one, as
    the position has passed the time of their receipt."""

    dataset_id = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    ids = models.BinaryField(help_text="16 bytes an event.")
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dataset_id", "id"], name="late_arrivals_by_dataset")]

    def __str__(self) -> str:
        return f"{len(self.ids) // 16} events of {self.received_at}"

    @property
    def event_ids(self) -> list[bytes]:
        return _split(self.ids)
