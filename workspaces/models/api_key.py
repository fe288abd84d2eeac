"""What a program shows to be let in."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from workspaces.models.words import PRINTABLE
from workspaces.models.workspace import Workspace


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live_at(self, now: datetime) -> "ApiKeyQuerySet":
        """Neither revoked nor expired at `now`. Both moments may lie ahead: rotation sets them with an overlap."""
        return self.filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=now), Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        )


class ApiKey(models.Model):
    """A key of a workspace. Publishable ones only write and are shown again; of secret ones only the digest stays."""

    class Kind(models.TextChoices):
        PUBLISHABLE = "publishable"
        SECRET = "secret"

    class EnvironmentChoice(models.TextChoices):
        LIVE = "live"
        TEST = "test"

    class Permission(models.TextChoices):
        READ = "read"
        WRITE = "write"
        ADMIN = "admin"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=255, validators=[PRINTABLE])
    kind = models.CharField(max_length=12, choices=Kind)
    environment = models.CharField(max_length=4, choices=EnvironmentChoice, default="live")
    permissions = ArrayField(models.CharField(max_length=10, choices=Permission), default=list)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=24, help_text="The first characters, to tell keys apart.")
    raw = models.CharField(
        max_length=64, blank=True, help_text="Publishable keys only: they stand in web pages anyway."
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind="publishable") | Q(raw=""), name="no_secret_key_is_stored"),
            models.CheckConstraint(
                condition=~Q(kind="publishable") | Q(permissions=["write"]), name="publishable_keys_only_write"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_live(self, now: datetime) -> bool:
        """Neither revoked nor expired at `now`; the same rule as ApiKeyQuerySet.live_at."""
        return all(end is None or end > now for end in (self.revoked_at, self.expires_at))
