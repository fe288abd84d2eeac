"""One website or app."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from workspaces.models.organization import Organization
from workspaces.models.words import CURRENCY, PRINTABLE, SLUG, Environment


class Workspace(models.Model):
    """One website or app of an organization."""

    # The event store's key is 32 bits wide and holds two environments, so the number stays below 2^31.
    id = models.AutoField(primary_key=True)
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="workspaces")
    name = models.CharField(max_length=255, validators=[PRINTABLE])
    slug = models.CharField(max_length=48, unique=True, validators=[SLUG])
    domain = models.CharField(max_length=255, blank=True, help_text="The website's host, such as www.example.com.")
    timezone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD", validators=[CURRENCY])
    session_timeout_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    bounce_engaged_seconds = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(600)],
        help_text="A one-page visit engaged for at least this long is no bounce; 0 for the classic rule.",
    )
    allowed_hosts = ArrayField(
        models.CharField(max_length=255), default=list, blank=True, help_text="Hosts that may send; empty: any."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def dataset_id(self, environment: Environment = "live") -> int:
        """The number under which the event store keeps one environment of this workspace.

        Live and test data have different numbers, so no query can mix them by forgetting a condition.
        """
        return self.id * 2 + (environment == "test")
