"""The seam to Stripe: the catalogue, the keys that make requests safe to repeat, and what is never loaded."""

import subprocess
import sys

import pytest

from billing import plans, prices
from billing.stripe_api import StripeUnreachable, catalogue, customers
from billing.tests.fake_stripe.account import Account
from config.lib.problems import Problem


def test_the_catalogue_is_made_once(stripe_account: Account):
    before = len(stripe_account.rows)

    assert catalogue.ensure() == []
    assert len(stripe_account.rows) == before
    assert len(stripe_account.all("price")) == 4
    assert len(stripe_account.all("billing.meter")) == 1


def test_the_same_organization_gets_the_same_customer_when_an_answer_was_lost(stripe_account: Account):
    ids = {customers.create("a-uid", "Acme", "owner@example.com") for _ in range(3)}

    assert len(ids) == 1
    assert len(stripe_account.all("customer")) == 1


def test_a_wrong_key_is_the_operators_matter(stripe_account: Account, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_wrong"

    with pytest.raises(StripeUnreachable, match="STRIPE_SECRET_KEY"):
        catalogue.meter_id()


def test_a_plan_without_a_price_says_what_to_run(stripe_account: Account):
    stripe_account.all("price", lookup_key="metricpal_starter_monthly")[0]["active"] = False
    stripe_account.all("price")[-1]["lookup_key"] = "something_else"

    with pytest.raises(Problem, match="stripe_catalogue"):
        catalogue.price_id(plans.PLANS["starter"])


def test_an_older_price_of_a_plan_still_means_that_plan():
    """A dearer price took the lookup key over; the metadata stays."""
    old = {"lookup_key": None, "metadata": {"metricpal_plan": "professional"}}

    assert plans.of_price(old) == "professional"
    assert plans.of_price({"lookup_key": "metricpal_starter_monthly", "metadata": {}}) == "starter"
    assert plans.of_price({"lookup_key": "shop", "metadata": {"metricpal_plan": "gold"}}) == ""


@pytest.mark.parametrize(
    "item, cents",
    [
        ({"recurring": {"interval": "month", "interval_count": 1}, "unit_amount": 9900}, 9900),
        ({"recurring": {"interval": "year", "interval_count": 1}, "unit_amount": 120_000}, 10_000),
        ({"recurring": {"interval": "month", "interval_count": 3}, "unit_amount": 9000}, 3000),
        ({"recurring": {"interval": "month", "interval_count": 1, "usage_type": "metered"}, "unit_amount": None}, 0),
    ],
)
def test_every_price_is_told_by_the_month(item, cents):
    assert prices.monthly_cents([{"price": item, "quantity": 1}], []) == cents


def test_the_sdk_is_not_loaded_before_billing_is_used():
    """35 MB in every process of an installation that bills nobody."""
    code = "import django, sys; django.setup(); import config.urls; print('stripe' in sys.modules)"
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "PATH": ""}

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)

    assert done.stdout.strip() == "False", done.stderr
