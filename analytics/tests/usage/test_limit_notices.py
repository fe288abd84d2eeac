"""Whoever comes near a limit is told: once for each share, by mail and above every page."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend

from analytics.quotas import notices
from config.lib.clock import now
from tracking.tests.door import post
from tracking.tests.usage.test_limits_at_the_door import allow, batch, used
from workspaces import api_keys, limit_notices
from workspaces.models import LimitNotice


def tell() -> list[int]:
    """A minute passes; the shares that were written down."""
    made = [notice.percent for notice in notices.note(now())]
    notices.mail(now())
    return made


def test_each_share_is_told_once(acme, acme_key, clock, mailoutbox):
    allow(acme, 10)
    told = []
    for _ in range(10):
        post(batch(1), key=acme_key)
        told += tell() + tell()

    assert told == [50, 80, 90, 100]
    assert [mail.subject for mail in mailoutbox] == [
        f"Acme: {percent} % of 10 events a month used" for percent in (50, 80, 90, 100)
    ]


def test_several_shares_at_once_make_one_mail_about_the_highest(acme, acme_key, clock, mailoutbox):
    allow(acme, 10)
    post(batch(12), key=acme_key)

    assert tell() == [50, 80, 90, 100]
    assert [mail.subject for mail in mailoutbox] == ["Acme: 100 % of 10 events a month used"]


def test_the_mail_goes_to_owners_and_admins_and_says_what_happens(acme, admin, viewer, acme_key, clock, mailoutbox):
    allow(acme, 1)
    post(batch(1), key=acme_key)
    tell()

    assert [mail.to for mail in mailoutbox] == [["owner@example.com"], ["admin@example.com"]]
    assert "kept for 30 days" in mailoutbox[0].body
    assert "/o/acme/usage/" in mailoutbox[0].body


def test_a_mail_that_cannot_be_sent_is_tried_again(acme, acme_key, clock, mailoutbox, monkeypatch):
    allow(acme, 1)
    post(batch(1), key=acme_key)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _no_network)
        tell()
    first = len(mailoutbox)
    tell()

    assert (first, len(mailoutbox)) == (0, 1)


def _no_network(*_):
    raise OSError("no route to host")


def test_an_address_that_is_never_taken_brings_the_others_no_mail_every_minute(
    acme, admin, acme_key, clock, mailoutbox, monkeypatch
):
    allow(acme, 1)
    post(batch(1), key=acme_key)
    _refuse(monkeypatch, "admin@example.com")

    for _ in range(5):
        tell()

    assert [mail.to for mail in mailoutbox] == [["owner@example.com"]]


def test_what_all_refuse_for_good_is_not_tried_for_ever(acme, acme_key, clock, monkeypatch):
    allow(acme, 1)
    post(batch(1), key=acme_key)
    _refuse(monkeypatch, "owner@example.com")
    tell()

    assert not LimitNotice.objects.filter(mailed_at__isnull=True).exists()


def _refuse(monkeypatch, address: str) -> None:
    """The mail server knows no such mailbox."""
    take = EmailBackend.send_messages

    def answer(self, messages):
        if address in messages[0].to:
            raise smtplib.SMTPRecipientsRefused({address: (550, b"5.1.1 no such mailbox")})
        return take(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", answer)


def test_a_raised_limit_begins_anew(acme, acme_key, clock):
    allow(acme, 10)
    post(batch(8), key=acme_key)
    first = tell()
    allow(acme, 100)
    quiet = tell()
    post(batch(42), key=acme_key)

    assert (first, quiet, tell()) == ([50, 80], [], [50])


def test_the_next_month_begins_anew(acme, acme_key, clock):
    allow(acme, 2)
    post(batch(1), key=acme_key)
    first = tell()
    clock.shift(timedelta(days=25))
    post(batch(1), key=acme_key)

    assert (first, tell()) == ([50], [50])


def test_a_soft_limit_ends_seven_days_after_it_was_reached(acme, acme_key, clock):
    """At 100 of 100 everything goes on to 125; after seven days nothing more is taken."""
    allow(acme, 100, "soft")
    post(batch(100), key=acme_key)
    tell()
    clock.shift(timedelta(days=6, hours=23))
    api_keys.forget()  # every few seconds a process looks again
    in_grace = post(batch(1), key=acme_key).json()
    clock.shift(timedelta(hours=1, seconds=10))
    api_keys.forget()

    after = post(batch(1), key=acme_key).json()

    assert (in_grace["accepted"], after["held"], used(acme)) == (1, 1, 101)


@pytest.mark.parametrize(("number", "words"), [(8, "80 %"), (10, "All")])
def test_it_stands_above_every_page_and_no_page_locks(as_viewer, acme, acme_key, event_store, clock, number, words):
    allow(acme, 10)
    post(batch(number), key=acme_key)
    tell()

    answer = as_viewer.get("/w/acme/", follow=True)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert f"{words} of the 10 events of this month" in " ".join(page.split())


def test_the_banner_goes_when_the_limit_is_raised(as_viewer, acme, acme_key, event_store, clock):
    allow(acme, 10)
    post(batch(9), key=acme_key)
    tell()
    allow(acme, 100)
    limit_notices.forget(acme.organization_id)

    assert "of the 10 events" not in as_viewer.get("/w/acme/", follow=True).content.decode()
    assert LimitNotice.objects.count() == 3
