"""What was asked for, and whether it was paid."""

from django.db import models

from billing.models.customer import Customer


class Invoice(models.Model):
    """Stripe's invoice as it was when last read. Drafts are not kept: they may still change."""

    class Status(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        VOID = "void"
        UNCOLLECTIBLE = "uncollectible"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="invoices")
    stripe_id = models.CharField(max_length=64, unique=True)
    subscription_stripe_id = models.CharField(max_length=64, blank=True)
    number = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, choices=Status)
    currency = models.CharField(max_length=3)
    total_cents = models.BigIntegerField(help_text="Negative for a credit.")
    paid_cents = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0, help_text="How often Stripe tried to collect it.")
    is_for_change = models.BooleanField(default=False, help_text="Pays for a change of plan that waits for it.")
    created_at = models.DateTimeField()
    page_url = models.CharField(max_length=2048, blank=True, help_text="Stripe's page where it is seen and paid.")
    pdf_url = models.CharField(max_length=2048, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.number or self.stripe_id} ({self.status})"

    @property
    def total(self) -> float:
        return self.total_cents / 100
