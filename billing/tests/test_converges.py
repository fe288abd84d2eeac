"""Whatever order, repetition, delay or loss Stripe's events have: our rows end as Stripe's state is (P43).

A state machine does to the stand-in what customers, banks and time do, and lets the events arrive as it likes. The
judge is the stand-in's present state; the short case below tries all 720 orders of the six events that matter most.
"""

import copy
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from billing import entitlements, tasks, webhooks
from billing.models import Invoice, StripeEvent, Subscription
from billing.models.subscription import LIVE
from billing.plans import PLANS
from billing.tests.conftest import Till
from billing.tests.fake_stripe import changes, checkout, clock, customers
from billing.tests.fake_stripe.subscriptions import owed
from config.lib.clock import now

CARDS = [customers.GOOD, customers.ASKS, customers.DECLINED]
ORDERED = ("checkout.session.completed", "customer.subscription.created", "customer.subscription.updated",
           "invoice.paid", "invoice.payment_failed", "customer.subscription.deleted")  # fmt: skip


def agrees(till: Till) -> None:
    """Every row of ours says what Stripe says, and the limits follow from it."""
    for there in till.account.all("subscription"):
        here = Subscription.objects.get(stripe_id=there["id"])
        plan = there["items"]["data"][0]["price"]["metadata"]["metricpal_plan"]
        assert (here.status, here.plan, bool(here.cancel_at), bool(here.pending_plan)) == (
            there["status"],
            plan,
            there["cancel_at_period_end"],
            bool(there.get("pending_update")),
        )
        assert (here.owing_since is None) == (there["status"] not in ("past_due", "unpaid"))
    for there in till.account.all("invoice"):
        if there["status"] != "draft":
            here = Invoice.objects.get(stripe_id=there["id"])
            assert (here.status, here.total_cents) == (there["status"], there["total"])
    expected = entitlements.of(till.organization, now())
    assert {name: most for name, (most, _) in till.allowed().items()} == {
        "events": expected.events,
        "seats": expected.seats,
    }


class Months(RuleBasedStateMachine):
    """Some months of one organization. `till`, which knows Acme's customer and no subscription, is set by the test."""

    till: Till
    born: tuple

    def __init__(self) -> None:
        """Every example begins at the same moment with the same customer."""
        super().__init__()
        account = self.till.account
        account.rows, account.now, account._last = copy.deepcopy(self.born)
        account.events, account.usage, account.pending_items = [], [], []
        self.till.traveller.move_to(datetime.fromtimestamp(account.now, UTC), tick=False)
        for model in (StripeEvent, Subscription, Invoice):
            model.objects.all().delete()
        self.undelivered: list[dict] = []
        self.seen = 0

    @initialize(plan=st.sampled_from(list(PLANS)), trial=st.sampled_from([0, 14]), card=st.sampled_from(CARDS[:2]))
    def begins(self, plan, trial, card):
        self.subscribes(plan, trial, card)

    @property
    def present(self):
        live = [each for each in self.till.account.all("subscription") if each["status"] in LIVE]
        return live[0] if live else None

    @precondition(lambda self: self.present is None)
    @rule(plan=st.sampled_from(list(PLANS)), trial=st.sampled_from([0, 14]), card=st.sampled_from(CARDS[:2]))
    def subscribes(self, plan, trial, card):
        customer = self.till.customer.stripe_id
        price = self.till.account.all("price", lookup_key=PLANS[plan].lookup_key)[0]
        item = {"price": price["id"]} | ({} if PLANS[plan].is_metered else {"quantity": "1"})
        wanted = {"mode": "subscription", "customer": customer, "line_items": [item], "success_url": "x"}
        session = checkout.create(self.till.account, wanted | {"subscription_data": {"trial_period_days": str(trial)}})
        checkout.complete(self.till.account, session["id"], card)

    @precondition(lambda self: self.present and self.present["status"] in ("active", "trialing"))
    @rule(plan=st.sampled_from(list(PLANS)), waits=st.booleans())
    def changes_plan(self, plan, waits):
        price = self.till.account.all("price", lookup_key=PLANS[plan].lookup_key)[0]
        old = [{"id": item["id"], "deleted": "true"} for item in self.present["items"]["data"]]
        how = {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete"} if waits else {}
        changes.update(self.till.account, self.present, {"items": [*old, {"price": price["id"]}], **how})

    @precondition(lambda self: self.present is not None)
    @rule(ends=st.booleans())
    def announces_end(self, ends):
        changes.update(self.till.account, self.present, {"cancel_at_period_end": str(ends).lower()})

    @precondition(lambda self: self.present is not None)
    @rule()
    def is_cancelled(self):
        changes.cancel(self.till.account, self.present)

    @rule(card=st.sampled_from(CARDS))
    def changes_card(self, card):
        customers.add_card(self.till.account, self.till.customer.stripe_id, card)

    @precondition(lambda self: self.present is not None)
    @rule()
    def pays_what_is_open(self):
        waiting = [self.till.account.rows[self.present["latest_invoice"]]] if self.present.get("pending_update") else []
        for invoice in [*waiting, *owed(self.till.account, self.present)]:
            changes.settle(self.till.account, invoice)

    @rule(days=st.sampled_from([1, 4, 16, 32]))
    def time_passes(self, days):
        self.till.traveller.shift(timedelta(days=days))
        clock.advance(self.till.account, now())

    @rule(data=st.data())
    def some_events_arrive(self, data):
        """Any of them, in any order, some twice; the others later or never."""
        self.undelivered += self.till.account.events[self.seen :]
        self.seen = len(self.till.account.events)
        if self.undelivered:
            chosen = data.draw(st.lists(st.sampled_from(range(len(self.undelivered))), max_size=6))
            for number in chosen:
                self.till.send(self.undelivered[number])
            self.till.handle()
            lost = data.draw(st.booleans())
            kept = [each for number, each in enumerate(self.undelivered) if number not in chosen and not lost]
            self.undelivered = kept

    def teardown(self):
        if data_is_there := self.till.account.events[self.seen :] + self.undelivered:
            self.till.send(data_is_there[-1])  # one more that comes late
            self.till.handle()
        tasks.reconcile_customer(self.till.customer.pk)
        agrees(self.till)


def test_any_stream_of_events_ends_in_stripes_state(till):
    till.choose("starter")
    Months.till = till
    Months.born = (till.account.rows, till.account.now, till.account._last)

    run_state_machine_as_test(
        Months,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.fixture
def six_events(till) -> list[dict]:
    """A subscription that was bought, changed, not paid again, and cancelled; its six kinds of events, once each."""
    page = till.choose("starter").headers["Location"]
    checkout.complete(till.account, page.rpartition("/")[2])
    customers.add_card(till.account, till.customer.stripe_id, customers.DECLINED)
    till.wait(days=32)
    changes.cancel(till.account, till.at_stripe)
    last = {event["type"]: event for event in till.account.events}
    return [last[kind] for kind in ORDERED]


def test_all_orders_of_the_six_events_end_the_same(till, six_events):
    """Every event comes five times and is handled before the next one."""
    for number, order in enumerate(itertools.permutations(range(6))):
        if number % 60:  # each block of sixty begins with another event or follows it with another
            continue
        StripeEvent.objects.all().delete()
        Subscription.objects.all().delete()
        Invoice.objects.all().delete()
        for place in order:
            for _ in range(5):
                webhooks.receive(six_events[place], "{}", now())
            till.handle()
        agrees(till)
        assert StripeEvent.objects.count() == 6
