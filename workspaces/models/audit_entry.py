"""Who did what, when: a chain for each organization, in which every entry seals the one before it."""

import uuid

from django.db import models

from workspaces.models.organization import Organization
from workspaces.models.workspace import Workspace


class AuditEntry(models.Model):
    """One line. Written by workspaces.audit.record, and by nobody ever changed: triggers of the database refuse it.

    The log belongs to its organization and goes with it, as a whole (a constraint of the database, see the migration);
    it outlives workspaces, members and keys, and so names them in its own words.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, related_name="audit_entries", db_constraint=False, db_index=False
    )
    workspace = models.ForeignKey(Workspace, models.DO_NOTHING, null=True, blank=True, db_constraint=False)
    number = models.PositiveBigIntegerField(help_text="From 1, without gaps, in each organization.")
    actor = models.CharField(max_length=255, help_text="E-mail address of a person, or the name of a key.")
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, help_text="Seal of the entry before this one; 64 zeros at the first.")
    seal = models.CharField(
        max_length=64, help_text="SHA-256 of this entry and `previous`: see workspaces.audit.chain."
    )

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["organization", "-at"], name="audit_of_an_organization")]
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="one_audit_entry_of_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.target}"
