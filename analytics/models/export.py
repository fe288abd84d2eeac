"""Export: a file somebody asked for, made in the background."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q

from workspaces.models import Workspace


def home() -> Path:
    """Where the files lie: of all processes, web and worker share it."""
    return Path(settings.VAR_DIR) / "exports"


def folders() -> list[Path]:
    return list(home().iterdir()) if home().is_dir() else []


class Export(models.Model):
    """`plan` are the pieces to gather, `pieces` those gathered; whoever holds `claim` works on it until
    `claimed_until`, and after that anybody may."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        GATHERING = "gathering", "Gathering rows"
        WRITING = "writing", "Writing the file"
        DONE = "done", "Ready"
        FAILED = "failed", "Failed"

    OPEN = (State.WAITING, State.GATHERING, State.WRITING)

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="exports")
    environment = models.CharField(max_length=4, default="live")
    source = models.CharField(max_length=40)  # of analytics.views.exports.sources
    title = models.CharField(max_length=120)
    format = models.CharField(max_length=8)  # of analytics.exports.formats
    parameters = models.TextField(blank=True)  # as in the report's URL
    requested_by = models.CharField(max_length=255)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # file and link are gone then
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)  # why it failed
    plan = models.JSONField(null=True)  # [{"from": …, "to": …, "rows": …}]; null: not made yet
    heading = models.JSONField(default=list)
    pieces = models.JSONField(default=list)  # [{"file": …, "rows": …, "kinds": [[…]]}]
    rows = models.BigIntegerField(default=0)  # gathered
    rows_total = models.BigIntegerField(null=True)  # to gather; null: known at the end
    rows_written = models.BigIntegerField(default=0)
    file = models.CharField(max_length=80, blank=True)  # its name in `folder`
    size = models.BigIntegerField(default=0)  # bytes
    sha256 = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-requested_at", "-id")
        indexes = (
            models.Index(fields=["workspace", "-requested_at"], name="export_listed"),
            models.Index(fields=["claimed_until"], name="export_open", condition=~Q(state__in=["done", "failed"])),
        )

    def __str__(self) -> str:
        return f"{self.title} as {self.format}"

    @property
    def folder(self) -> Path:
        return home() / str(self.uid)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def percent(self) -> int | None:
        """0–100; None while nobody can say. Gathering is the first half, writing the second."""
        if self.state == self.State.DONE:
            return 100
        total = self.rows_total or (self.rows if self.state == self.State.WRITING else None)
        return None if not total else min(99, 50 * (self.rows + self.rows_written) // total)
