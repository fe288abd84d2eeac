"""GET /api/billing/{usage,subscription,invoices} and POST /api/billing/upgrade."""

import pytest

from billing.tests.fake_stripe import changes, checkout, customers
from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking.usage import counters

READS = ("usage", "subscription", "invoices")


def upgrade(client, tier: str, **more):
    return client.post("/api/billing/upgrade", {"subscription_tier": tier}, content_type="application/json", **more)


def use(organization, events: int) -> None:
    for key in counters.keys(organization.pk, now()):
        buffer_client().hset(key, "events", events)


def test_usage_tells_used_limit_and_forecast(till):
    """On the 10th at noon 9.5 of 31 days are over: 9,500 events will be 31,000."""
    till.buy("starter")
    use(till.organization, 9_500)

    assert till.owner.get("/api/billing/usage").json() == {
        "subscription_tier": "starter",
        "billing_cycle_start": "2026-03-01",
        "billing_cycle_end": "2026-04-01",
        "events_used_this_month": 9_500,
        "monthly_event_limit": 100_000,
        "percent_used": 9,
        "forecast": 31_000,
        "seats_used": 1,
        "seat_limit": 5,
    }


def test_who_is_invited_has_no_seat_before_joining(till):
    till.buy("starter")
    till.owner.post("/o/acme/members/", {"email": "new@example.com", "role": "viewer"})
    assert till.organization.invitations.count() == 1

    assert till.owner.get("/api/billing/usage").json()["seats_used"] == 1


def test_subscription_tells_plan_price_and_period(till):
    till.buy("professional")

    found = till.owner.get("/api/v1/billing/subscription").json()

    assert found == {
        "billing": "on",
        "subscription_tier": "professional",
        "status": "active",
        "stripe_subscription_id": till.at_stripe["id"],
        "monthly_price_cents": 299_00,
        "current_period_start": "2026-03-10T12:00:00Z",
        "current_period_end": "2026-04-10T12:00:00Z",
        "trial_ends_at": None,
        "cancel_at": None,
        "pending_tier": "",
        "grace_ends_at": None,
    }


def test_without_a_plan_there_is_no_subscription(till):
    found = till.owner.get("/api/billing/subscription").json()

    assert (found["billing"], found["subscription_tier"], found["stripe_subscription_id"]) == ("on", "", None)


def test_invoices_come_newest_first_with_links(till):
    till.buy("starter")
    till.wait(days=31, hours=2)
    till.deliver()

    found = till.owner.get("/api/billing/invoices").json()["invoices"]

    assert [(each["created_at"][:10], each["total_cents"], each["status"]) for each in found] == [
        ("2026-04-10", 99_00, "paid"),
        ("2026-03-10", 99_00, "paid"),
    ]
    assert found[0]["hosted_invoice_url"].startswith(till.account.url)
    assert found[0]["invoice_pdf"].endswith("/pdf")


def test_the_first_plan_is_bought_where_checkout_url_leads(till):
    answer = upgrade(till.owner, "professional")

    assert answer.status_code == 200
    assert answer.json()["subscription_tier"] == ""
    checkout.complete(till.account, answer.json()["checkout_url"].rpartition("/")[2])
    till.deliver()
    assert till.owner.get("/api/billing/subscription").json()["subscription_tier"] == "professional"


def test_a_change_between_plans_happens_at_once(till):
    till.buy("starter")

    answer = upgrade(till.owner, "enterprise").json()

    assert (answer["subscription_tier"], answer["checkout_url"]) == ("enterprise", None)
    assert till.owner.get("/api/billing/usage").json()["monthly_event_limit"] == 10_000_000


def test_a_change_the_bank_asks_about_says_where_to_confirm(till):
    till.buy("starter", customers.ASKS)

    answer = upgrade(till.owner, "professional").json()

    assert (answer["subscription_tier"], answer["pending_tier"]) == ("starter", "professional")
    changes.settle(till.account, till.account.get(answer["checkout_url"].rpartition("/")[2], "invoice"))
    till.deliver()
    assert till.owner.get("/api/billing/subscription").json()["subscription_tier"] == "professional"


@pytest.mark.parametrize(
    "tier, status, code", [("platinum", 422, "invalid"), ("", 422, "invalid"), ("starter", 409, "already_on_plan")]
)
def test_refusals_say_why(till, tier, status, code):
    till.buy("starter")

    answer = upgrade(till.owner, tier)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_while_stripe_is_away_reading_works_and_changing_says_when_to_come_back(till):
    till.buy("starter")
    till.account.fails_with = 500

    assert [till.owner.get(f"/api/billing/{each}").status_code for each in READS] == [200] * 3
    answer = upgrade(till.owner, "professional")
    assert (answer.status_code, answer.json()["code"]) == (503, "stripe_unreachable")
    assert answer.headers["Retry-After"] == "60"


@pytest.mark.parametrize("client", ["as_admin", "as_analyst", "as_viewer"])
def test_only_owners_may_look_or_change(till, client, request):
    member = request.getfixturevalue(client)

    assert [member.get(f"/api/billing/{each}").status_code for each in READS] == [403] * 3
    assert upgrade(member, "starter").status_code == 403
    assert not till.account.all("customer")


def test_a_key_is_nobody_who_pays(client, acme_secret, till):
    answer = client.get("/api/billing/usage", headers={"x-api-key": acme_secret})

    assert answer.status_code == 403


def test_a_stranger_finds_nothing_under_acmes_name(as_stranger, till):
    for named in (till.organization.slug, str(till.organization.uid), "no-such-thing"):
        assert as_stranger.get("/api/billing/usage", {"organization": named}).status_code == 404
    answer = upgrade(as_stranger, "starter", headers={"x-tenant-slug": "acme"})
    assert answer.status_code == 404


def test_who_belongs_to_several_says_which(as_owner, owner, acme):
    as_owner.post("/api/organizations", {"name": "Second"}, content_type="application/json")

    assert as_owner.get("/api/billing/usage").json()["code"] == "which_organization"
    assert as_owner.get("/api/billing/usage", {"organization": "second"}).status_code == 200
    assert as_owner.get("/api/billing/usage", headers={"x-tenant-slug": "acme"}).status_code == 200


def test_without_a_key_of_stripe_billing_is_off_and_nobody_is_limited(as_owner, acme):
    assert as_owner.get("/api/billing/subscription").json()["billing"] == "off"
    assert as_owner.get("/api/billing/usage").json()["monthly_event_limit"] is None
    assert as_owner.get("/api/billing/invoices").json() == {"invoices": []}
    answer = upgrade(as_owner, "starter")
    assert (answer.status_code, answer.json()["code"]) == (409, "billing_off")
    assert "STRIPE_SECRET_KEY" in answer.json()["detail"]
