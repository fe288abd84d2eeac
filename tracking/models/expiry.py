"""How far back events are deleted because they grew older than their workspace keeps them: see tracking.expiry."""

from django.db import models

from workspaces.models import Workspace


class Expiry(models.Model):
    """Of one environment, from the first time that something of it was old enough."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="expiries")
    environment = models.CharField(max_length=4)
    before = models.DateField(help_text="UTC. What happened before this day is deleted, and is not taken again.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, help_text="Empty: at work, or killed: then the next run goes on.")
    found = models.JSONField(default=dict, help_text="How much this run deleted, by place.")
    hours = models.JSONField(default=dict, help_text="Of what was received lately, how much was deleted, by hour.")
    is_purged = models.BooleanField(default=False, help_text="Whether the engine was told to write its files anew.")

    class Meta:
        ordering = ["workspace_id", "environment"]
        verbose_name_plural = "expiries"
        constraints = [models.UniqueConstraint(fields=["workspace", "environment"], name="one_expiry_of_a_dataset")]

    def __str__(self) -> str:
        return f"{self.environment} events before {self.before:%Y-%m-%d}"

    @property
    def total(self) -> int:
        return sum(self.found.values())
