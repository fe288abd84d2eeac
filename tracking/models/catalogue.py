"""Which events and properties were seen, and what people say about them."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from workspaces.models import Workspace


class SeenEvent(models.Model):
    """One kind of event of one dataset. What was seen is written by tracking.catalogue, the rest by people."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="seen_events")
    environment = models.CharField(max_length=4)
    type = models.CharField(max_length=32, help_text="One of the 13 event types.")
    name = models.CharField(max_length=200)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    volume = models.PositiveBigIntegerField(default=0, help_text="Events in the 30 days before the last look.")
    description = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="owned_events"
    )

    class Meta:
        ordering = ["-volume", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "environment", "type", "name"], name="one_seen_event_of_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SeenProperty(models.Model):
    """One property of one kind of event. `kind` says how its values read, as the store keeps them as text."""

    event = models.ForeignKey(SeenEvent, models.CASCADE, related_name="properties")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=10)
    examples = ArrayField(models.CharField(max_length=100), default=list)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    description = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "seen properties"
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="one_seen_property_of_a_name")]

    def __str__(self) -> str:
        return self.name


class CatalogueMark(models.Model):
    """How far the events of a dataset were read for the catalogue, by the moment they were received."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="catalogue_marks")
    environment = models.CharField(max_length=4)
    read_until = models.DateTimeField()
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "environment"], name="one_mark_of_a_dataset")]

    def __str__(self) -> str:
        return f"read until {self.read_until}"
