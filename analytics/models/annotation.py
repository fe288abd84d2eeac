"""Annotation: what happened outside the numbers, marked on the charts: a release, a campaign, an outage."""

import uuid

from django.conf import settings
from django.db import models

from analytics.models.sharing import shared_outlive
from workspaces.models import Workspace


class Annotation(models.Model):
    """A personal one is seen by its maker alone, a shared one by everybody of the workspace."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        RELEASE = "release", "Release"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="annotations")
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.NOTE)
    at = models.DateTimeField()
    text = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)
    is_shared = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=shared_outlive, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=("workspace", "at"), name="annotation_at"),)

    def __str__(self) -> str:
        return self.text
