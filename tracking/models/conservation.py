"""What the hourly proof of ingestion found wrong: see tracking.conservation."""

from django.db import models

from workspaces.models import Workspace


class HourDifference(models.Model):
    """An hour whose events were not all accounted for when it was last proved. Gone when they are."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="hour_differences")
    environment = models.CharField(max_length=4)
    hour = models.DateTimeField(help_text="Its start, UTC. Events count in the hour in which they were received.")
    undecided = models.BigIntegerField(help_text="Received, and neither accepted nor refused.")
    unstored = models.BigIntegerField(help_text="Accepted, and neither stored nor known to be a repetition.")
    vanished = models.BigIntegerField(help_text="Stored by the writer's account, and not in the event store.")
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["-hour", "workspace_id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "environment", "hour"], name="one_difference_of_an_hour")
        ]

    def __str__(self) -> str:
        said = f"{self.undecided} undecided, {self.unstored} not stored, {self.vanished} vanished"
        return f"{self.hour:%Y-%m-%d %H}:00 UTC: {said}"
