"""What is to be erased, and what was: a person, or all of a workspace.

It outlives what it is about, so it holds the organization's and the workspace's numbers and no key to them.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Erasure(models.Model):
    """`due_at` empty: done. `ids` and `users` say who it is while it goes on, and are emptied at its end; `sealed`
    says it to this installation alone, for the restore of an older backup."""

    class Subject(models.TextChoices):
        PERSON = "person", "a person"
        WORKSPACE = "workspace", "a workspace"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization_uid = models.UUIDField(db_index=True)
    workspace_uid = models.UUIDField()
    workspace_name = models.CharField(max_length=255)
    subject = models.CharField(max_length=9, choices=Subject)
    datasets = ArrayField(models.BigIntegerField())
    ids = ArrayField(models.DecimalField(max_digits=20, decimal_places=0), default=list)
    users = ArrayField(models.TextField(), default=list)
    sealed = models.TextField(default="", blank=True)
    asked_by = models.CharField(max_length=255)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="When it is gone through once more; empty: nothing is left.")
    swept_at = models.DateTimeField(null=True, help_text="When the last pass began.")
    found = models.JSONField(default=dict, help_text="How much was deleted, by place.")
    hours = models.JSONField(default=dict, help_text="Events that go, by dataset and hour of receipt: tracking.books.")
    hidden_at = models.DateTimeField(null=True, help_text="When the first pass was through.")
    done_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True, help_text="When the engine was told to write its files anew.")

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="erasures_due")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} of {self.workspace_name}"

    @property
    def is_person(self) -> bool:
        return self.subject == self.Subject.PERSON

    @property
    def environment(self) -> str:
        """A person's: those of a workspace are erased together."""
        return "test" if self.datasets[0] % 2 else "live"

    @property
    def total(self) -> int:
        return sum(self.found.values())
