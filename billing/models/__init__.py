"""What we keep of Stripe's state: enough to serve pages and limits while Stripe cannot be reached.

    Organization ─ Customer ─┬─ Subscription ─ DunningNotice
                             ├─ Invoice
                             └─ MeterPush
    StripeEvent              what Stripe told us, as it came

Stripe is right, these rows are copies: subscriptions.sync writes them, nothing else does.
"""

from billing.models.customer import Customer
from billing.models.dunning_notice import DunningNotice
from billing.models.invoice import Invoice
from billing.models.meter_push import MeterPush
from billing.models.stripe_event import StripeEvent
from billing.models.subscription import Subscription, SubscriptionQuerySet

__all__ = [
    "Customer",
    "DunningNotice",
    "Invoice",
    "MeterPush",
    "StripeEvent",
    "Subscription",
    "SubscriptionQuerySet",
]
