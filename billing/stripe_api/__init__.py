"""Stripe, as far as we use it. Nothing else imports its SDK, and this only when billing is used: it costs 35 MB.

    client          the connection, and what its failures are called here
    catalogue       products, prices and the meter, made where they are missing
    customers       who pays, how, and the portal where they change that
    subscriptions   checkout, change, cancel, resume
    reading         the present state of one customer: what every webhook leads to
    meters          usage of metered plans
    incoming        the signature of a webhook

Answers are plain dictionaries: the SDK's objects are none, and would bind the rest to it.
"""

from billing.stripe_api.client import StripeRefused, StripeUnreachable, is_on

__all__ = ["StripeRefused", "StripeUnreachable", "is_on"]
