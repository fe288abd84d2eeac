"""Usage told to Stripe."""

from django.db import models

from billing.models.customer import Customer
from billing.models.subscription import Subscription


class MeterPush(models.Model):
    """One hour of one metered organization, or what came to be known of it later: how many events, and told or not.

    Written before the request and marked after it. One that was asked and not marked may have arrived: see metering.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        LOST = "lost"  # older than Stripe takes; for an operator to settle

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="meter_pushes")
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="meter_pushes")
    hour = models.DateTimeField(help_text="Its first moment, UTC.")
    part = models.PositiveSmallIntegerField(default=0, help_text="1 and on: what the hour had grown by.")
    stamped_at = models.DateTimeField(
        null=True, blank=True, help_text="The time Stripe was told: the hour, while its period was open."
    )
    quantity = models.PositiveBigIntegerField(help_text="Billable events.")
    identifier = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    first_asked_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=512, blank=True)

    class Meta:
        ordering = ["-hour", "-part"]
        verbose_name_plural = "meter pushes"
        constraints = [models.UniqueConstraint(fields=["customer", "hour", "part"], name="each_part_of_an_hour_once")]

    def __str__(self) -> str:
        return f"{self.customer.name} {self.hour:%Y-%m-%d %H:00}: {self.quantity}"
