"""A key that another tool gave out, and whose events it brings now."""

import uuid

from django.db import models

from workspaces.models import ApiKey, Workspace


class OtherKey(models.Model):
    class Tool(models.TextChoices):
        SEGMENT = "segment", "Segment"
        POSTHOG = "posthog", "PostHog"
        MIXPANEL = "mixpanel", "Mixpanel"
        AMPLITUDE = "amplitude", "Amplitude"
        PLAUSIBLE = "plausible", "Plausible"
        UMAMI = "umami", "Umami"
        MATOMO = "matomo", "Matomo"
        GOOGLE = "google", "Google Analytics 4"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="other_keys")
    tool = models.CharField(max_length=20, choices=Tool)
    key = models.CharField(max_length=200)
    host = models.CharField(max_length=253, blank=True)  # of the pages, where every installation counts from 1
    environment = models.CharField(max_length=4, choices=ApiKey.EnvironmentChoice, default="live")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["tool", "key", "host"]
        constraints = [models.UniqueConstraint(fields=["tool", "key", "host"], name="other_key_once")]

    def __str__(self) -> str:
        return f"{self.get_tool_display()} {self.key}{f' on {self.host}' if self.host else ''}"
