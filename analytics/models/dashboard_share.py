"""DashboardShare: a way to a dashboard for people without an account: a link, or a frame in somebody's product."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from analytics.models.dashboard import Dashboard


class DashboardShare(models.Model):
    """`secret` is sealed: of a link the last part of its address, of an embed what its tokens are signed with."""

    class Kind(models.TextChoices):
        LINK = "link", "Public link"
        EMBED = "embed", "Signed embed"

    class Theme(models.TextChoices):
        SYSTEM = "system", "As the reader's device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="shares")
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.LINK)
    name = models.CharField(max_length=80)
    secret = models.TextField()
    digest = models.CharField(max_length=64, unique=True)  # of the secret: how a link is found
    password = models.CharField(max_length=200, blank=True)  # hashed; empty: none
    filters = models.JSONField(default=list, blank=True)  # locked: readers neither see nor change them
    may_change = models.BooleanField(default=True)  # readers choose period and further filters
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    is_branded = models.BooleanField(default=True)
    origins = ArrayField(models.CharField(max_length=255), default=list, blank=True)  # pages that may frame an embed
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)  # last time, to the minute
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
