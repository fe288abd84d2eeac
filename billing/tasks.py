"""What billing does by the clock and after a webhook: fetch, call, no more."""

import structlog
from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from billing import dunning, entitlements, metering, stripe_api, webhooks
from billing.models import Customer, Subscription
from billing.stripe_api import StripeRefused, StripeUnreachable
from billing.stripe_api import subscriptions as stripe_subscriptions
from billing.subscriptions import sync
from config.lib import clock

log = structlog.get_logger()

# What no worker took until the next round is not needed any more: that round sends another.
ROUND_SECONDS = 120


def enqueue_event(event_id: int) -> None:
    """Soon. Where the queue is away, `handle_waiting_events` finds the row: Stripe need not hear of it."""
    try:
        handle_event.delay(event_id)
    except OperationalError as error:
        log.warning("stripe event waits for the queue", event_id=event_id, error=str(error))


@shared_task
def handle_event(event_id: int) -> None:
    webhooks.handle(event_id, clock.now())


@shared_task
def handle_waiting_events() -> None:
    for event_id in webhooks.due(clock.now()):
        handle_event.apply_async((event_id,), expires=ROUND_SECONDS)


@shared_task
def forget_events() -> None:
    """What Stripe told carries names and addresses, and is of no use once it is long handled."""
    webhooks.forget(clock.now())


@shared_task
def reconcile() -> None:
    """Reads every customer's state from Stripe, whatever webhooks said or did not say."""
    if stripe_api.is_on():
        for customer_id in Customer.objects.order_by("id").values_list("pk", flat=True):
            reconcile_customer.delay(customer_id)


@shared_task(autoretry_for=(StripeUnreachable,), retry_backoff=60, retry_backoff_max=3600, max_retries=10)
def reconcile_customer(customer_id: int) -> None:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer:
        sync(customer, clock.now())


@shared_task
def apply_entitlements() -> None:
    entitlements.apply_where_needed(clock.now())


@shared_task
def send_notices() -> None:
    for subscription_id in dunning.concerned(clock.now()) if stripe_api.is_on() else []:
        send_notices_of.delay(subscription_id)


@shared_task
def send_notices_of(subscription_id: int) -> None:
    found = Subscription.objects.select_related("customer__organization").filter(pk=subscription_id).first()
    if found:
        dunning.tell(found, settings.SITE_URL, clock.now())


@shared_task
def push_usage() -> None:
    for customer_id in metering.concerned(clock.now()) if stripe_api.is_on() else []:
        push_usage_of.delay(customer_id)


@shared_task
def push_usage_of(customer_id: int) -> None:
    customer = Customer.objects.select_related("organization").get(pk=customer_id)
    try:
        metering.push(customer, clock.now())
    except StripeUnreachable as problem:
        log.warning("usage waits for Stripe", customer=customer.stripe_id, why=problem.detail)


@shared_task
def end_orphans() -> None:
    """Subscriptions of organizations that were deleted end: nobody is there to use or to cancel them."""
    orphans = Subscription.objects.live().filter(customer__organization__isnull=True)
    for subscription in orphans.select_related("customer") if stripe_api.is_on() else []:
        try:
            stripe_subscriptions.end_now(subscription.stripe_id)
        except StripeRefused as refusal:
            log.warning("subscription could not be ended", subscription=subscription.stripe_id, why=refusal.detail)
        sync(subscription.customer, clock.now())
