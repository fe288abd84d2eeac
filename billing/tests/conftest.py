"""Acme with a Stripe of its own: the stand-in over HTTP, and what people do there."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from billing import entitlements, webhooks
from billing.models import Customer, StripeEvent, Subscription
from billing.stripe_api import catalogue
from billing.tests.fake_stripe import Account, Server, checkout, clock
from billing.tests.fake_stripe.account import Object
from billing.tests.fake_stripe.server import KEY, WEBHOOK_SECRET, signed
from config.lib.clock import now
from workspaces.costs import COSTS
from workspaces.models import Organization, Workspace


class Till:
    """Acme's billing from outside: pages are clicked, cards are filled in, time passes, events arrive."""

    def __init__(self, account: Account, organization: Organization, owner: Client, traveller) -> None:
        self.account, self.organization, self.owner, self.traveller = account, organization, owner, traveller
        self.delivered = 0
        self.stripe = Client()  # one: each new one looks through all static files

    def choose(self, plan: str):
        """Presses the button of a plan; the answer."""
        return self.owner.post(f"/o/{self.organization.slug}/billing/choose/", {"plan": plan})

    def buy(self, plan: str, last4: str = "4242", coupon: Object | None = None) -> Subscription:
        """Chooses, pays at Stripe, and Stripe's events arrive."""
        page = self.choose(plan).headers["Location"]
        checkout.complete(self.account, page.rpartition("/")[2], last4, coupon)
        self.deliver()
        return self.subscription

    def deliver(self) -> None:
        """Everything Stripe has told since, in order, and handled."""
        events, self.delivered = self.account.events[self.delivered :], len(self.account.events)
        for event in events:
            assert self.send(event) == 200
        self.handle()

    def send(self, event: Object) -> int:
        body, signature = signed(event)
        answer = self.stripe.post(
            "/billing/stripe/", body, content_type="application/json", headers={"stripe-signature": signature}
        )
        return answer.status_code

    def handle(self) -> None:
        """What the worker would do."""
        for event_id in webhooks.due(now()):
            webhooks.handle(event_id, now())

    def wait(self, **span: float) -> None:
        """Time passes here and at Stripe."""
        self.traveller.shift(timedelta(**span))
        clock.advance(self.account, now())

    @property
    def at_stripe(self) -> Object:
        """The newest subscription, as Stripe has it."""
        return self.account.all("subscription")[0]

    @property
    def subscription(self) -> Subscription:
        found = entitlements.current(self.organization)
        return found or Subscription.objects.of_organization(self.organization).latest("created_at")

    @property
    def customer(self) -> Customer:
        return Customer.objects.get(organization=self.organization)

    def allowed(self) -> dict[str, tuple[int | None, str]]:
        """The limits of the plan as the door reads them: metric → (most, policy)."""
        rows = self.organization.limits.filter(source="plan").exclude(metric__in=COSTS)
        return {row.metric: (row.most, row.policy) for row in rows}

    def costs(self) -> list[int | None]:
        """Seconds, megabytes and rows that one question may take."""
        rows = self.organization.limits.filter(source="plan", metric__in=COSTS)
        most = {row.metric: row.most for row in rows}
        return [most.get(name) for name in COSTS]

    def states(self) -> list[str]:
        return list(StripeEvent.objects.order_by("id").values_list("state", flat=True))


@pytest.fixture
def stripe_account(settings, clock: time_machine.Traveller, monkeypatch) -> Iterator[Account]:
    """Billing is switched on, and Stripe is the stand-in, with the plans in its catalogue."""
    monkeypatch.setattr("billing.stripe_api.client.RETRIES", 0)  # the SDK waits before each
    account = Account(now())
    with Server(account) as server:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
        settings.STRIPE_API_URL = server.account.url
        settings.BILLING_TRIAL_DAYS = 0
        catalogue.ensure()
        yield account


@pytest.fixture
def till(stripe_account: Account, acme: Workspace, as_owner: Client, clock: time_machine.Traveller) -> Till:
    return Till(stripe_account, acme.organization, as_owner, clock)


@pytest.fixture
def at() -> Callable[[str], datetime]:
    """'2026-03-10 12:00' → that moment, UTC."""
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)
