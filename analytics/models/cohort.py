"""Cohort: people whom somebody gave a name, found anew each time (living) or kept as they were (frozen)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from workspaces.models import Workspace


class Cohort(models.Model):
    """Living: who in the last `days` days did what `filters` say. Frozen: a list in the event store, by our id."""

    class Kind(models.TextChoices):
        LIVING = "living", "Living"
        FROZEN = "frozen", "Frozen"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="cohorts")
    environment = models.CharField(max_length=4, default="live")  # whose people a frozen list holds
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=6, choices=Kind)
    filters = models.JSONField(default=list, blank=True)
    days = models.PositiveSmallIntegerField(default=30)
    size = models.PositiveIntegerField(null=True, blank=True)  # of a frozen list
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
                name="cohort_name",
                violation_error_message="There is a cohort of this name.",
            ),
        )

    def __str__(self) -> str:
        return self.name
