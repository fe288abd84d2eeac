"""Segment: a set of conditions that somebody gave a name, to look at every report through it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from workspaces.models import Workspace


class Segment(models.Model):
    """`filters` are conditions as analytics.query.condition_json writes them."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="segments")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    filters = models.JSONField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="segment_name",
                violation_error_message="There is a segment of this name.",
            ),
        )

    def __str__(self) -> str:
        return self.name
