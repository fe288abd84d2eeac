"""The builds of the tracking script that this installation has had, and which of them the channels serve."""

from django.db import models


class ScriptFile(models.Model):
    """One file of one build, kept so that containers can stay on a version after the next one is installed."""

    version = models.CharField(max_length=32)
    variant = models.CharField(max_length=48, help_text="What the build calls it, such as trackingscript.")
    name = models.CharField(max_length=80, help_text="As it is served: with the beginning of its digest.")
    body = models.TextField()
    integrity = models.CharField(max_length=80)
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="one_script_file_of_a_name")]

    def __str__(self) -> str:
        return f"{self.version}/{self.name}"


class ScriptChannel(models.Model):
    """Holds a channel at a version. Without a row, or without a version, a channel serves what is installed."""

    name = models.CharField(primary_key=True, max_length=8, choices=[("stable", "stable"), ("canary", "canary")])
    version = models.CharField(max_length=32, blank=True, help_text="Empty: the version that is installed.")

    def __str__(self) -> str:
        return self.name
