"""A tool of somebody else that a workspace sends to."""

import uuid

from django.conf import settings
from django.db import models

from workspaces.models.words import PRINTABLE
from workspaces.models.workspace import Workspace


class Connection(models.Model):
    """`group` says what for (a destination of events, a channel of alerts), `kind` which provider: see providers."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="connections")
    group = models.CharField(max_length=16)
    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=255, validators=[PRINTABLE])
    configuration = models.JSONField(default=dict, help_text="What everybody with the right to see it may read.")
    secrets = models.TextField(blank=True, editable=False, help_text="JSON, sealed by config.lib.crypto.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=512, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "group", "name"], name="one_connection_of_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"
