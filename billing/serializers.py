"""Bodies of the billing API. The names of the organization's columns are those older clients know."""

from typing import Any

from rest_framework import serializers

from billing.models import Invoice
from billing.plans import PLANS


class BilledUsageSerializer(serializers.Serializer[Any]):
    subscription_tier = serializers.CharField(allow_blank=True, help_text="The plan; empty without one.")
    billing_cycle_start = serializers.DateField(help_text="First day of the month that is counted, UTC.")
    billing_cycle_end = serializers.DateField(help_text="First day of the next one.")
    events_used_this_month = serializers.IntegerField(help_text="Billable: live, stored, distinct, of no bot.")
    monthly_event_limit = serializers.IntegerField(allow_null=True, help_text="null: no limit.")
    percent_used = serializers.IntegerField(allow_null=True)
    forecast = serializers.IntegerField(help_text="Events at the end of the month, if it goes on like this.")
    seats_used = serializers.IntegerField()
    seat_limit = serializers.IntegerField(allow_null=True, help_text="null: no limit.")


class SubscriptionSerializer(serializers.Serializer[Any]):
    billing = serializers.ChoiceField(["on", "off"], help_text="off: this installation bills nobody.")
    subscription_tier = serializers.CharField(allow_blank=True, help_text="The plan; empty without one.")
    status = serializers.CharField(allow_blank=True, help_text="Stripe's word: trialing, active, past_due …")
    stripe_subscription_id = serializers.CharField(allow_null=True)
    monthly_price_cents = serializers.IntegerField(allow_null=True, help_text="After discounts; null: by usage.")
    current_period_start = serializers.DateTimeField(allow_null=True)
    current_period_end = serializers.DateTimeField(allow_null=True)
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    cancel_at = serializers.DateTimeField(allow_null=True)
    pending_tier = serializers.CharField(allow_blank=True, help_text="Takes effect when its invoice is paid.")
    grace_ends_at = serializers.DateTimeField(allow_null=True, help_text="Limits shrink then, unless paid.")


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    id = serializers.CharField(source="stripe_id")
    hosted_invoice_url = serializers.CharField(source="page_url")
    invoice_pdf = serializers.CharField(source="pdf_url")

    class Meta:
        model = Invoice
        fields = [
            "id",
            "number",
            "status",
            "currency",
            "total_cents",
            "paid_cents",
            "created_at",
            "hosted_invoice_url",
            "invoice_pdf",
        ]


class InvoicesSerializer(serializers.Serializer[Any]):
    invoices = InvoiceSerializer(many=True)


class UpgradeSerializer(serializers.Serializer[Any]):
    subscription_tier = serializers.ChoiceField(list(PLANS))


class UpgradedSerializer(SubscriptionSerializer):
    checkout_url = serializers.CharField(
        allow_null=True, help_text="Where the Owner pays or confirms the payment; null: the plan is changed."
    )
