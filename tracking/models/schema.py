"""What a workspace says its events look like, and every version it said before."""

import json
import uuid
from typing import Any

from django.db import models

from workspaces.models import Workspace


class DefinitionField(models.TextField):  # type: ignore[type-arg]
    """JSON whose names keep the order in which they were written; PostgreSQL's jsonb sorts them."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return value if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return json.dumps(value, ensure_ascii=False)


class EventSchema(models.Model):
    """Events by name, each with its properties. `properties` is in the form of tracking.schemas.definition."""

    class Mode(models.TextChoices):
        OBSERVE = "observe", "Observe: take it and count the fault"
        WARN = "warn", "Warn: take it and tell the sender"
        QUARANTINE = "quarantine", "Quarantine: set it aside to be repaired"
        REJECT = "reject", "Reject: refuse it"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="schemas")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.WARN)
    checks_all = models.BooleanField(default=False, help_text="Also events of these names that name no schema.")
    is_closed = models.BooleanField(default=False, help_text="A property that is not listed is a fault.")
    properties = DefinitionField(default=dict)
    version = models.PositiveIntegerField(default=1, help_text="Of the properties.")
    revision = models.PositiveIntegerField(default=1, help_text="Grows with every change, also of mode and rules.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_schema_of_a_name")]

    def __str__(self) -> str:
        return self.name


class SchemaVersion(models.Model):
    """What a schema demanded from `saved_at` on. Never changed."""

    schema = models.ForeignKey(EventSchema, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    properties = DefinitionField()
    is_closed = models.BooleanField()
    saved_by = models.CharField(max_length=255)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["schema", "number"], name="one_schema_version_of_a_number")]

    def __str__(self) -> str:
        return f"version {self.number}"
