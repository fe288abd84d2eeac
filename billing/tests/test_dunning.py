"""Somebody does not pay: what they are told, what still works, and how it ends."""

import pytest

from accounts.models import User
from billing import banners, dunning, entitlements, tasks
from billing.models import DunningNotice
from billing.tests.fake_stripe import changes, customers
from config.lib.clock import now
from workspaces.models import Membership


@pytest.fixture
def unpaid(till):
    """A month of Professional was paid; the next payment was declined an hour ago."""
    till.buy("professional")
    customers.add_card(till.account, till.customer.stripe_id, customers.DECLINED)
    till.wait(days=31, hours=1)
    till.deliver()
    return till


def tell(till) -> None:
    for subscription_id in dunning.concerned(now()):
        tasks.send_notices_of(subscription_id)


def subjects(mailoutbox) -> list[str]:
    return [mail.subject for mail in mailoutbox]


def test_at_first_everything_works_and_owners_are_told(unpaid, mailoutbox):
    tell(unpaid)

    assert unpaid.subscription.status == "past_due"
    assert unpaid.allowed()["events"] == (1_000_000, "soft")
    assert subjects(mailoutbox) == ["A payment for Acme failed"]
    assert mailoutbox[0].to == ["owner@example.com"]
    assert "until 17 April 2026" in mailoutbox[0].body
    assert "/o/acme/billing/" in mailoutbox[0].body


def test_an_owner_whose_account_is_closed_is_told_of_no_money(unpaid, admin, mailoutbox):
    Membership.objects.filter(user=admin).update(role="owner")
    User.objects.filter(pk=admin.pk).update(is_active=False)
    tell(unpaid)

    assert [sent.to for sent in mailoutbox] == [["owner@example.com"]]


def test_after_the_grace_limits_shrink_and_stay_soft(unpaid, mailoutbox):
    unpaid.account.after_retries = "unpaid"
    tell(unpaid)

    unpaid.wait(days=3)
    tell(unpaid)
    unpaid.wait(days=4)
    tell(unpaid)
    entitlements.apply_where_needed(now())

    assert unpaid.allowed() == {"events": (10_000, "soft"), "seats": (25, "hard")}
    assert subjects(mailoutbox) == [
        "A payment for Acme failed",
        "Acme: the invoice is still unpaid",
        "Acme: limits are reduced until the invoice is paid",
    ]


def test_each_thing_is_told_once_however_often_one_looks(unpaid, mailoutbox):
    for _ in range(5):
        tell(unpaid)
        unpaid.deliver()

    assert len(mailoutbox) == 1


def test_paying_brings_everything_back(unpaid, mailoutbox):
    unpaid.wait(days=8)
    entitlements.apply_where_needed(now())
    assert unpaid.allowed()["events"] == (10_000, "soft")
    tell(unpaid)

    changes.settle(unpaid.account, unpaid.account.all("invoice", status="open")[0])
    unpaid.deliver()
    tell(unpaid)

    assert unpaid.subscription.status == "active"
    assert unpaid.allowed()["events"] == (1_000_000, "soft")
    assert subjects(mailoutbox)[-1] == "Thank you: Acme is paid again"


def test_stripe_gives_up_and_the_plan_ends(unpaid, mailoutbox):
    unpaid.wait(days=16)
    unpaid.deliver()
    tell(unpaid)

    assert unpaid.subscription.status == "canceled"
    assert unpaid.allowed()["events"] == (10_000, "hard")
    assert subjects(mailoutbox) == ["The plan of Acme has ended"]


def test_a_second_failure_months_later_is_told_again(unpaid, mailoutbox):
    tell(unpaid)
    changes.settle(unpaid.account, unpaid.account.all("invoice", status="open")[0])
    unpaid.deliver()
    tell(unpaid)
    unpaid.wait(days=30)
    unpaid.deliver()
    tell(unpaid)

    assert subjects(mailoutbox) == [
        "A payment for Acme failed",
        "Thank you: Acme is paid again",
        "A payment for Acme failed",
    ]


def test_a_mail_that_could_not_go_out_is_sent_later(unpaid, mailoutbox, monkeypatch):
    def away(*_):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", away)
        with pytest.raises(ConnectionRefusedError):
            tell(unpaid)
    assert DunningNotice.objects.get().sent_at is None

    tell(unpaid)
    assert mailoutbox == []  # perhaps the other process is still at it
    unpaid.wait(minutes=11)
    tell(unpaid)

    assert len(mailoutbox) == 1


def test_a_trial_that_ends_soon_is_announced_unless_it_was_cancelled(till, settings, mailoutbox):
    settings.BILLING_TRIAL_DAYS = 14
    till.buy("starter")
    tell(till)
    assert mailoutbox == []

    till.wait(days=12)
    till.owner.post("/o/acme/billing/cancel/")
    tell(till)
    assert mailoutbox == []
    till.owner.post("/o/acme/billing/resume/")
    tell(till)

    assert subjects(mailoutbox) == ["The trial of Acme ends soon"]
    assert "24 March 2026" in mailoutbox[0].body


def test_a_line_break_in_a_name_stays_out_of_the_subject(unpaid, mailoutbox):
    unpaid.organization.name = "Acme\r\nBcc: everybody@example.com"
    unpaid.organization.save()

    tell(unpaid)

    assert subjects(mailoutbox) == ["A payment for Acme Bcc: everybody@example.com failed"]


def test_every_page_says_that_a_payment_failed(unpaid):
    page = unpaid.owner.get("/o/acme/members/").content.decode()

    assert "A payment failed. Everything works until 17 April" in page
    assert "Pay now" in page


def test_members_see_it_without_the_way_to_pay(unpaid, as_viewer):
    page = as_viewer.get("/o/acme/members/").content.decode()

    assert "A payment failed" in page
    assert "Pay now" not in page


@pytest.mark.parametrize(
    "days, words",
    [(0, "A payment failed"), (6.9, "A payment failed"), (7, "the grace is over")],
)
def test_the_banner_follows_the_grace(unpaid, days, words):
    unpaid.account.after_retries = "unpaid"
    unpaid.wait(days=days)

    found = banners.banner(unpaid.subscription, now())

    assert words in found.text
    assert found.is_urgent
