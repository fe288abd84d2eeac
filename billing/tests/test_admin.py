"""What operators see and may do."""

import pytest

from billing.revenue import revenue
from billing.tests.fake_stripe import changes, customers
from billing.tests.fake_stripe.catalogue import create_coupon
from config.lib.clock import now

LISTS = ("customer", "subscription", "invoice", "stripeevent", "meterpush", "dunningnotice")


def test_revenue_counts_what_is_paid_after_discounts(till):
    till.buy("professional", coupon=create_coupon(till.account, 50.0))

    found = revenue(now())

    assert found.mrr_cents == 149_50
    assert [(each.plan, each.subscriptions) for each in found.plans] == [("professional", 1)]


def test_trials_are_no_revenue_yet(till, settings):
    settings.BILLING_TRIAL_DAYS = 14
    till.buy("enterprise")

    assert (revenue(now()).mrr_cents, revenue(now()).trials) == (0, 1)


def test_what_failed_and_who_left_is_counted(till):
    till.buy("starter")
    customers.add_card(till.account, till.customer.stripe_id, customers.DECLINED)
    till.wait(days=32)
    till.deliver()
    assert (revenue(now()).owing, revenue(now()).owing_cents) == (1, 99_00)

    changes.cancel(till.account, till.at_stripe)
    till.deliver()

    assert (revenue(now()).mrr_cents, revenue(now()).churned) == (0, 1)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens(till, admin_client, name):
    till.buy("starter")

    assert admin_client.get(f"/admin/billing/{name}/").status_code == 200


def test_the_list_of_subscriptions_is_headed_by_the_revenue(till, admin_client):
    till.buy("professional")

    found = admin_client.get("/admin/billing/subscription/").content.decode()

    assert "Monthly recurring revenue: $299" in found


def test_failed_payments_are_one_click_away(till, admin_client):
    till.buy("starter")
    customers.add_card(till.account, till.customer.stripe_id, customers.DECLINED)
    till.wait(days=32)
    till.deliver()

    found = admin_client.get("/admin/billing/invoice/", {"collection": "failed"}).content.decode()

    assert "1 invoice" in found


def test_a_customer_can_be_read_from_stripe_again(till, admin_client):
    till.buy("starter")
    changes.cancel(till.account, till.at_stripe)

    admin_client.post(
        "/admin/billing/customer/", {"action": "read_again", "_selected_action": [till.customer.pk]}, follow=True
    )

    assert till.subscription.status == "canceled"


def test_rows_cannot_be_written_by_hand(till, admin_client):
    till.buy("starter")

    assert admin_client.get("/admin/billing/subscription/add/").status_code == 403
