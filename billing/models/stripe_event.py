"""What Stripe told us."""

from django.db import models


class StripeEvent(models.Model):
    """One event, stored before anything is done about it. Handling reads Stripe's present state, not this text."""

    class State(models.TextChoices):
        RECEIVED = "received"
        HANDLING = "handling"
        HANDLED = "handled"
        IGNORED = "ignored"
        FAILED = "failed"

    stripe_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=255)
    customer_stripe_id = models.CharField(max_length=255, blank=True)
    body = models.TextField(help_text="As received; text, since JSON may carry characters that jsonb refuses.")
    created_at = models.DateTimeField(help_text="By Stripe's clock.")
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=1024, blank=True, help_text="Why it was ignored or failed.")

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["received", "handling", "failed"]),
                name="stripe_events_to_handle",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} ({self.stripe_id})"
