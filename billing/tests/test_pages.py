"""Plan, usage, invoices and payment as Owners see them; and what nobody else sees."""

import pytest

from accounts.models import User
from billing import entitlements, tasks
from billing.models import Customer
from billing.tests.fake_stripe import customers
from billing.tests.fake_stripe.catalogue import create_coupon
from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking.usage import counters
from workspaces.models import Limit, Membership, Organization, Role

PAGES = ("", "usage/", "invoices/", "payment/")


def page(client, path: str = "") -> str:
    return client.get(f"/o/acme/billing/{path}").content.decode()


def test_without_a_key_of_stripe_every_page_says_that_billing_is_off(as_owner, acme):
    for path in PAGES:
        found = page(as_owner, path)
        assert "Billing is switched off here" in found
        assert "STRIPE_SECRET_KEY" in found
        assert "billing/choose" not in found


def test_all_four_plans_are_offered(till):
    found = page(till.owner)

    for words in ("$99", "100,000 events a month", "5 members", "$299", "1,000,000", "$999", "10,000,000"):
        assert words in found
    assert found.count("billing/choose") == 4
    assert "then $0.10 for 1,000" in found


def test_the_present_plan_is_marked_and_others_are_up_or_down(till):
    till.buy("professional")

    found = page(till.owner)

    assert found.count("your plan") == 1
    assert "Upgrade to Enterprise" in found
    assert "Change to Starter" in found


def test_a_plan_with_too_few_seats_says_what_happens_to_the_members(till):
    for number in range(5):
        user = User.objects.create_user(f"member-{number}@example.com")
        Membership.objects.create(organization=till.organization, user=user, role=Role.VIEWER)

    found = page(till.owner)

    assert found.count("You are 6: all stay, and nobody else can join") == 1  # five seats; the others have 25 and more


def test_a_trial_is_offered_once_and_shown(till, settings):
    settings.BILLING_TRIAL_DAYS = 14
    assert "Try 14 days" in page(till.owner)

    till.buy("starter")

    assert "Trial until 24 March" in page(till.owner)


def test_usage_shows_the_bar_the_forecast_and_every_plans_price(till):
    till.buy("starter")
    for key in counters.keys(till.organization.pk, now()):
        buffer_client().hset(key, "events", 95_000)

    found = page(till.owner, "usage/")

    assert 'value="95000" max="100000"' in found
    assert "310,000" in found  # 95,000 in 9.5 of 31 days
    assert "210,000 more than are included" in found
    assert "too few events" in found  # Starter
    assert found.count("$999") == 2  # Enterprise and Custom: more than enough


def test_a_price_is_shown_after_discounts(till):
    till.buy("professional", coupon=create_coupon(till.account, 20.0))

    assert "$239.20" in page(till.owner)
    assert "20 % off" in page(till.owner)


def test_invoices_are_listed_with_what_is_unpaid(till):
    till.buy("starter")
    customers.add_card(till.account, till.customer.stripe_id, customers.DECLINED)
    till.wait(days=32)
    till.deliver()

    found = page(till.owner, "invoices/")

    assert ">failed</span>" in found
    assert "MP-0001" in found
    assert "Pay the invoice" in page(till.owner)


def test_payment_shows_the_card_and_leads_to_the_portal(till):
    assert "Nothing is paid yet" in page(till.owner, "payment/")
    till.buy("starter")

    assert "Visa ending in 4242, 04/2030" in page(till.owner, "payment/")


@pytest.mark.parametrize("client", ["as_admin", "as_analyst", "as_viewer"])
def test_only_owners_see_any_of_it(till, client, request):
    member = request.getfixturevalue(client)

    assert [member.get(f"/o/acme/billing/{path}").status_code for path in PAGES] == [403] * 4
    posts = [member.post(f"/o/acme/billing/{act}/").status_code for act in ("choose", "cancel", "resume", "portal")]
    assert posts == [403] * 4
    assert "Plan and billing" not in member.get("/o/acme/members/").content.decode()
    assert not till.account.all("customer")


def test_forms_may_lead_to_stripes_pages_and_nowhere_else(settings):
    """A browser follows a redirect after a form only where the policy says so."""
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]

    assert policy == ["'self'"]  # no key in tests when the settings were read
    assert settings.STRIPE_PAGES == [
        "https://checkout.stripe.com",
        "https://billing.stripe.com",
        "https://invoice.stripe.com",
    ]


def test_a_new_organization_gets_its_limits_within_minutes(till):
    entitlements.apply_where_needed(now())

    assert till.allowed() == {"events": (10_000, "hard"), "seats": (5, "hard")}


def test_switching_billing_off_lifts_the_limits_of_plans(till, settings):
    till.buy("starter")
    settings.STRIPE_SECRET_KEY = ""

    tasks.apply_entitlements()

    assert till.allowed() == {}


def test_limits_an_operator_set_outlive_every_change_of_plan(till):
    Limit.objects.create(organization=till.organization, metric="events", period="month", most=5, source="operator")
    till.buy("starter")
    till.choose("professional")

    assert Limit.objects.get(source="operator").most == 5


def test_a_deleted_organization_is_not_charged_again(till):
    till.buy("starter")
    organization = Organization.objects.get(slug="acme")
    organization.delete()

    tasks.end_orphans()

    assert till.at_stripe["status"] == "canceled"
    customer = Customer.objects.get()
    assert customer.organization is None
    assert customer.name == "Acme"
    assert customer.subscriptions.get().status == "canceled"
