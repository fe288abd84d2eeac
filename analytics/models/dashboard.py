"""Dashboard: widgets that somebody put together, and which viewers it is assigned to."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from workspaces.models import Workspace


class Dashboard(models.Model):
    """`config` is what analytics.dashboards.config writes: period, comparison, filters, widgets."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="dashboards")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    config = models.JSONField()
    is_public = models.BooleanField(default=False)  # for everybody in the organization, viewers too
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    viewers = models.ManyToManyField(settings.AUTH_USER_MODEL, through="DashboardAssignment", related_name="+")
    revision = models.PositiveIntegerField(default=1)  # moves with each change; who saves names the one they saw
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class DashboardAssignment(models.Model):
    """A viewer may see this dashboard."""

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("dashboard", "user"), name="dashboard_assigned_once"),)

    def __str__(self) -> str:
        return f"{self.dashboard} for {self.user}"
