"""Who pays for an organization."""

from django.db import models

from workspaces.models import Organization


class Customer(models.Model):
    """An organization at Stripe. Outlives it: a subscription must still be ended, and invoices are kept by law."""

    organization = models.OneToOneField(
        Organization, models.SET_NULL, null=True, blank=True, related_name="billing_customer"
    )
    name = models.CharField(max_length=255, help_text="The organization's, for when it is gone.")
    stripe_id = models.CharField(max_length=64, unique=True)
    trial_used_at = models.DateTimeField(null=True, blank=True, help_text="One trial for each organization.")
    billing_email = models.CharField(max_length=512, blank=True)
    tax_ids = models.CharField(max_length=512, blank=True)
    payment_method = models.CharField(max_length=64, blank=True, help_text="Such as “visa ending in 4242”.")
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="Found to be deleted at Stripe.")
    synced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.stripe_id})"
