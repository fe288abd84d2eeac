"""The picture that an organization puts in place of our name."""

from django.db import models

from workspaces.models.organization import Organization


class Logo(models.Model):
    """In the database, as whatever else people write: some kilobytes, which a backup holds too."""

    organization = models.OneToOneField(Organization, models.CASCADE, primary_key=True, related_name="logo")
    kind = models.CharField(max_length=4, choices=[("png", "PNG"), ("jpeg", "JPEG")])
    data = models.BinaryField()
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Logo of {self.organization}"
