"""A mail about money."""

from django.db import models

from billing.models.subscription import Subscription


class DunningNotice(models.Model):
    """Owners are told each thing once: the row is made before the mail, and says when it went out."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=24)
    about = models.DateTimeField(help_text="The moment it is about: a second failure a year later is told again.")
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-claimed_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["subscription", "kind", "about"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subscription}"
