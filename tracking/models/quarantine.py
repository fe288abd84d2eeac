"""How events are repaired: rules for those to come, replays of those that were set aside. The events themselves lie in
the event store's table `quarantine`."""

import uuid

from django.db import models

from tracking.models.schema import EventSchema
from workspaces.models import Workspace


class FixRule(models.Model):
    """One change to one event of a schema, or to one property of it. Never edited: a quarantined event remembers up to
    which rule it was repaired when it arrived, and a replay goes on with the next."""

    class Action(models.TextChoices):
        RENAME = "rename", "Rename"
        CAST = "cast", "Convert"
        DEFAULT = "default", "Fill in"
        DROP = "drop", "Drop"
        HASH = "hash", "Hash"
        RENAME_EVENT = "rename_event", "Rename the event"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    schema = models.ForeignKey(EventSchema, models.CASCADE, related_name="fixes")
    event = models.CharField(max_length=200)
    action = models.CharField(max_length=12, choices=Action)
    property = models.CharField(max_length=200, blank=True)
    argument = models.JSONField(null=True, help_text="The new name, the type, or the value that is filled in.")
    made_by = models.CharField(max_length=255)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.action} {self.property or self.argument} of {self.event}"


class Replay(models.Model):
    """One pass over what waits in quarantine: what fits its schema now goes back into the log. `position` is the last
    event that was looked at, so that a pass which was interrupted goes on from there."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="replays")
    environment = models.CharField(max_length=4)
    schema_name = models.CharField(max_length=100)
    event = models.CharField(max_length=200)
    started_by = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    position = models.UUIDField(null=True)
    released = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    stopped = models.CharField(max_length=300, blank=True, help_text="Why it ended early.")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"replay of {self.event}"
