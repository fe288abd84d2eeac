"""From no plan to one, to another, and to the end: through our pages and Stripe's."""

import pytest

from billing.models import Customer, Invoice
from billing.tests.fake_stripe import changes, checkout, customers, usage
from billing.tests.fake_stripe.catalogue import create_coupon
from config.lib.clock import now
from workspaces.models import AuditEntry

BILLING = "/o/acme/billing/"


def said(answer) -> str:
    """The messages of the page one is led to."""
    return " ".join(str(each) for each in answer.wsgi_request._messages)


def test_a_plan_is_bought_on_stripes_page_and_its_limits_hold(till):
    answer = till.choose("professional")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{till.account.url}/c/pay/cs_")
    checkout.complete(till.account, answer.headers["Location"].rpartition("/")[2])
    till.deliver()
    assert (till.subscription.plan, till.subscription.status) == ("professional", "active")
    assert till.subscription.monthly_cents == 299_00
    assert till.allowed() == {"events": (1_000_000, "soft"), "seats": (25, "hard")}
    assert till.costs() == [10, 1000, 500_000_000]
    assert AuditEntry.objects.filter(action="billing.subscription", target="professional, active").exists()


def test_coming_back_without_having_paid_buys_nothing(till):
    till.choose("enterprise")

    answer = till.owner.get(BILLING, {"back": ""}, follow=True)

    assert answer.status_code == 200
    assert "Enterprise" in answer.content.decode()
    assert not Invoice.objects.exists()
    assert till.allowed()["events"] == (10_000, "hard")


def test_coming_back_from_paying_shows_the_plan_before_any_event_came(till):
    page = till.choose("starter").headers["Location"]
    checkout.complete(till.account, page.rpartition("/")[2])

    till.owner.get(BILLING, {"back": ""}, follow=True)

    assert till.subscription.plan == "starter"


def test_two_tabs_cannot_buy_twice(till):
    first, second = (till.choose("starter").headers["Location"] for _ in range(2))
    checkout.complete(till.account, second.rpartition("/")[2])

    with pytest.raises(Exception, match="expired"):
        checkout.complete(till.account, first.rpartition("/")[2])

    assert Customer.objects.count() == 1
    assert len(till.account.all("subscription")) == 1


def test_a_trial_is_given_once(till, settings):
    settings.BILLING_TRIAL_DAYS = 14
    assert till.buy("starter").status == "trialing"
    assert till.allowed()["events"] == (100_000, "soft")
    changes.cancel(till.account, till.at_stripe)
    till.deliver()

    page = till.choose("starter").headers["Location"]

    session = till.account.get(page.rpartition("/")[2], "checkout.session")
    assert session["metadata"]["trial_days"] == "0"


def test_an_upgrade_is_charged_for_the_rest_of_the_period(till):
    till.buy("starter")
    till.wait(days=15.5)  # half of the 31 days from 10 March to 10 April

    answer = till.choose("professional")

    assert answer.headers["Location"] == BILLING
    assert till.subscription.plan == "professional"
    newest = Invoice.objects.first()
    assert newest.total_cents == (299_00 - 99_00) // 2
    assert newest.status == "paid"
    assert till.allowed()["events"] == (1_000_000, "soft")


def test_a_downgrade_is_credited_on_the_next_invoice(till):
    till.buy("professional")
    till.wait(days=15.5)

    till.choose("starter")
    till.wait(days=16)
    till.deliver()

    assert till.subscription.plan == "starter"
    assert Invoice.objects.first().total_cents == 99_00 - (299_00 - 99_00) // 2
    assert till.allowed()["events"] == (100_000, "soft")


def test_an_upgrade_that_the_bank_asks_about_waits_for_the_answer(till):
    """3-D Secure: the old plan stays until the holder has confirmed."""
    till.buy("starter", customers.ASKS)

    answer = till.choose("professional")

    invoice = till.account.get(till.at_stripe["latest_invoice"], "invoice")
    assert answer.headers["Location"] == invoice["hosted_invoice_url"]
    assert (till.subscription.plan, till.subscription.pending_plan) == ("starter", "professional")
    assert till.allowed()["events"] == (100_000, "soft")
    changes.settle(till.account, invoice)
    till.deliver()
    assert (till.subscription.plan, till.subscription.pending_plan) == ("professional", "")


def test_asking_again_for_a_change_that_waits_leads_to_the_same_invoice(till):
    till.buy("starter", customers.ASKS)

    first, second = (till.choose("professional").headers["Location"] for _ in range(2))

    assert first == second
    assert len(till.account.all("invoice", status="open")) == 1


def test_after_a_declined_card_a_better_one_makes_the_same_change(till):
    """The second wish is a new request to Stripe, not the answer to the first one over again."""
    till.buy("starter")
    customers.add_card(till.account, till.customer.stripe_id, customers.DECLINED)
    till.choose("professional")
    till.wait(days=1)  # the first attempt expires
    till.deliver()
    customers.add_card(till.account, till.customer.stripe_id, customers.GOOD)

    till.choose("professional")

    assert (till.subscription.plan, till.subscription.pending_plan) == ("professional", "")


def test_an_upgrade_nobody_confirms_is_forgotten_and_owes_nothing(till):
    till.buy("starter", customers.ASKS)
    till.choose("professional")

    till.wait(days=1)
    till.deliver()

    assert (till.subscription.plan, till.subscription.pending_plan) == ("starter", "")
    assert till.subscription.status == "active"
    assert Invoice.objects.first().status == "void"


def test_pressing_twice_changes_once(till):
    till.buy("starter")
    till.choose("professional")

    answer = till.choose("professional")

    assert "already" in said(answer)
    assert len(till.account.all("subscription")) == 1
    assert Invoice.objects.filter(total_cents__gt=0).count() == 2


def test_a_plan_ends_with_its_period_and_may_be_resumed_before(till):
    till.buy("starter")

    till.owner.post(f"{BILLING}cancel/")
    assert till.subscription.cancel_at == till.subscription.period_end
    till.owner.post(f"{BILLING}resume/")
    assert till.subscription.cancel_at is None
    till.owner.post(f"{BILLING}cancel/")
    till.wait(days=32)
    till.deliver()

    assert till.subscription.status == "canceled"
    assert till.allowed() == {"events": (10_000, "hard"), "seats": (5, "hard")}


def test_a_coupon_lowers_what_a_month_costs(till):
    subscription = till.buy("professional", coupon=create_coupon(till.account, 50.0))

    assert subscription.monthly_cents == 149_50
    assert subscription.discount == "Friends: 50 % off"


def test_tax_id_card_and_address_come_from_stripe(till):
    till.buy("starter")
    customers.add_tax_id(till.account, till.customer.stripe_id, "DE123456789")

    till.deliver()

    assert till.customer.tax_ids == "DE123456789"
    assert till.customer.payment_method == "Visa ending in 4242, 04/2030"
    assert till.customer.billing_email == "owner@example.com"


def test_the_portal_is_stripes(till):
    answer = till.owner.post(f"{BILLING}portal/")

    assert answer.headers["Location"].startswith(f"{till.account.url}/p/session/bps_")


@pytest.mark.parametrize("plan", ["", "platinum", "price_00000007"])
def test_a_plan_that_does_not_exist_cannot_be_bought(till, plan):
    """Nor a price: which price a plan has is not for a request to say."""
    answer = till.choose(plan)

    assert answer.headers["Location"] == BILLING
    assert "starter, professional, enterprise, custom" in said(answer)
    assert not till.account.all("checkout.session")


def test_half_a_year_is_paid_month_by_month(till):
    """A plan begun on the 31st is paid on the last day of shorter months."""
    till.wait(days=21)
    till.buy("starter")

    till.wait(days=160)
    till.deliver()

    paid = Invoice.objects.filter(status="paid", total_cents=99_00).order_by("created_at")
    assert [f"{each.created_at:%m-%d}" for each in paid] == ["03-31", "04-30", "05-31", "06-30", "07-31", "08-31"]


def test_a_customer_deleted_a_moment_ago_does_not_stand_in_the_way(till):
    till.choose("starter")
    customers.delete(till.account, till.customer.stripe_id)

    assert till.choose("starter").headers["Location"].startswith(f"{till.account.url}/c/pay/")


def test_a_customer_deleted_at_stripe_has_no_plan_and_may_buy_one_again(till):
    till.buy("starter")
    before = till.customer.stripe_id
    customers.delete(till.account, before)
    till.deliver()
    assert till.subscription.status == "canceled"
    assert till.allowed()["events"] == (10_000, "hard")

    assert till.buy("professional").plan == "professional"
    assert till.customer.stripe_id != before


def test_what_is_owed_comes_before_a_change(till):
    till.buy("starter")
    customers.add_card(till.account, till.customer.stripe_id, customers.DECLINED)
    till.wait(days=32)
    till.deliver()

    assert "Pay the open invoice first" in said(till.choose("professional"))


def test_while_stripe_is_away_pages_work_and_buttons_say_so(till):
    till.buy("starter")
    till.account.fails_with = 503

    assert till.owner.get(BILLING).status_code == 200
    assert "cannot be reached" in said(till.choose("professional"))
    assert till.subscription.plan == "starter"


def test_leaving_the_metered_plan_settles_what_was_used_until_then(till, monkeypatch):
    used = {}
    monkeypatch.setattr("billing.metering.ledger.drain", lambda now: 0)
    monkeypatch.setattr("billing.metering.ledger.by_hour", lambda *_: used)
    till.buy("custom")
    till.wait(hours=5, minutes=30)
    used[now().replace(hour=16, minute=0)] = 1_000_000

    till.choose("starter")

    customer = till.customer.stripe_id
    assert usage.counted(till.account, customer, 0, 2**40) == 1_000_000
    assert till.subscription.plan == "starter"
