"""SavedMetric: a number of the customer's own making, such as "paying share": a formula over series."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from workspaces.models import Workspace


class SavedMetric(models.Model):
    """`series` are those of a trend, A first: [{"metric": "visitors", "filters": […]}]. Trends and alerts use it."""

    class Unit(models.TextChoices):
        COUNT = "count", "A number"
        PERCENT = "percent", "Percent"
        SECONDS = "seconds", "Seconds"
        RATIO = "ratio", "A number with decimals"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="saved_metrics")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=7, choices=Unit, default=Unit.COUNT)
    series = models.JSONField()
    formula = models.CharField(max_length=200)
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
                name="saved_metric_name",
                violation_error_message="There is a metric of this name.",
            ),
        )

    def __str__(self) -> str:
        return self.name
