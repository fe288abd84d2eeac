"""A stand-in for Stripe: keeps state, speaks the wire format of its API, and signs what it tells.

    server      HTTP: form-encoded requests in, JSON out; delivers events
    pages       what a browser sees of checkout, portal and invoices
    routes      method and path → function
    account     objects by id, clock, ids, events
    catalogue, customers, checkout, subscriptions, changes, invoices, usage     what one can do there
    clock       time passes: trials end, periods renew, invoices are finalized, collected and tried again
    shapes      every request and every answer is held against the types of Stripe's own SDK

What an answer carries that the SDK does not know, or lacks what the SDK promises, is an error of this stand-in and
fails the test at once. `python -m billing.tests.fake_stripe` serves it for a browser (see __main__).
"""

from billing.tests.fake_stripe.account import Account
from billing.tests.fake_stripe.server import Server

__all__ = ["Account", "Server"]
