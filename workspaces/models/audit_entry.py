"""Who did what, when."""

import uuid

from django.db import models

from workspaces.models.organization import Organization
from workspaces.models.workspace import Workspace


class AuditEntry(models.Model):
    """Who did what, when, in an organization. Written by workspaces.audit.record, never changed."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="audit_entries")
    workspace = models.ForeignKey(Workspace, models.SET_NULL, null=True, blank=True)
    actor = models.CharField(max_length=255, help_text="E-mail address of a person, or the name of a key.")
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["organization", "-at"], name="audit_of_an_organization")]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.target}"
