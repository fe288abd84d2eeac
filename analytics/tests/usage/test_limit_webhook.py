"""Limits by webhook: each share once, signed, tried again under the same id, and never where it must not go."""

import json
from datetime import timedelta

import pytest

from analytics.models import LimitPost
from analytics.quotas import notices, webhook
from config.lib.clock import now
from config.lib.webhooks import verify
from tracking.tests.door import post
from tracking.tests.usage.test_limits_at_the_door import allow, batch
from workspaces.models import AuditEntry

PAGE = "/o/acme/usage/webhook/"
SECRET = "whsec_" + "YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIu"


@pytest.fixture
def hooked(acme, owner, vendor, clock):
    return webhook.set_up(acme.organization, f"{vendor.url}/limits", SECRET, actor=owner, now=now())


def tell() -> None:
    """A minute passes."""
    notices.note(now())
    for pk in webhook.due(now()):
        webhook.post(pk, now(), lambda: 0.5)


def said(vendor) -> list[int]:
    return [json.loads(request.body)["data"]["percent"] for request in vendor.requests]


def test_each_share_is_posted_once_and_signed(acme, acme_key, hooked, vendor, settings):
    allow(acme, 10)
    for _ in range(10):
        post(batch(1), key=acme_key)
        tell()
        tell()

    assert said(vendor) == [50, 80, 90, 100]
    assert all(verify(SECRET, request.headers, request.body, now()) for request in vendor.requests)
    assert json.loads(vendor.requests[1].body) == {
        "type": "quota.reached",
        "timestamp": "2026-03-10T12:00:00+00:00",
        "data": {
            "organization": "acme",
            "metric": "events",
            "period": "month",
            "percent": 80,
            "used": 8,
            "limit": 10,
            "key": None,
            "starts_on": "2026-03-01",
            "resets_at": "2026-04-01T00:00:00+00:00",
            "link": f"{settings.SITE_URL}/o/acme/usage/",
        },
    }


def test_several_shares_at_once_make_one_post_about_the_highest(acme, acme_key, hooked, vendor):
    allow(acme, 10)
    post(batch(12), key=acme_key)
    tell()

    assert said(vendor) == [100]


def test_what_was_not_taken_is_sent_again_under_the_same_id(acme, acme_key, hooked, vendor, clock):
    """Three answers of 500: after 5 s, 5 min, 30 min."""
    for _ in range(3):
        vendor.answer(500)
    allow(acme, 2)
    post(batch(1), key=acme_key)
    seen = []
    for wait_s in (0, 5, 300, 1800, 7200):
        clock.shift(timedelta(seconds=wait_s))
        tell()
        seen.append(len(vendor.requests))

    assert seen == [1, 2, 3, 4, 4]
    assert len({request.headers["webhook-id"] for request in vendor.requests}) == 1
    assert LimitPost.objects.get().sent_at


def test_a_receiver_that_is_gone_is_not_asked_again(acme, acme_key, hooked, vendor, clock, as_admin):
    vendor.answer(410)
    allow(acme, 2)
    post(batch(1), key=acme_key)
    tell()
    clock.shift(timedelta(days=1))
    tell()

    assert len(vendor.requests) == 1
    assert "Webhook answered 410" in as_admin.get(PAGE).content.decode()


def test_a_worker_that_dies_while_sending_leaves_it_to_be_sent(acme, acme_key, hooked, vendor, clock, monkeypatch):
    allow(acme, 2)
    post(batch(1), key=acme_key)
    with monkeypatch.context() as patch:
        patch.setattr(webhook, "_channel", _killed)
        with pytest.raises(KeyboardInterrupt):
            tell()
    tell()
    before = len(vendor.requests)
    clock.shift(webhook.LEASE)
    tell()

    assert (before, len(vendor.requests)) == (0, 1)


def _killed(_):
    raise KeyboardInterrupt


def test_it_is_set_up_and_tried_on_the_page_and_the_secret_is_never_shown_again(as_admin, acme, vendor, clock):
    answer = as_admin.post(PAGE, {"url": f"{vendor.url}/limits", "secret": SECRET}, follow=True)

    assert "took the test message" in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert SECRET not in webhook.of(acme.organization).secret
    assert json.loads(vendor.requests[0].body)["type"] == "quota.test"
    entry = AuditEntry.objects.latest("number")
    assert (entry.action, entry.target) == ("limits.webhook", f"{vendor.url}/limits")


def test_a_secret_left_empty_stays_and_the_address_moves(as_admin, hooked, vendor):
    as_admin.post(PAGE, {"url": f"{vendor.url}/moved", "secret": ""})

    assert vendor.requests[-1].path == "/moved"
    assert verify(SECRET, vendor.requests[-1].headers, vendor.requests[-1].body, now())


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("ftp://example.com", SECRET, "http"),
        ("https://example.com/limits", "whsec_c2hvcnQ=", "24 random bytes"),
        ("https://example.com/limits", "", "required"),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(as_admin, acme, url, secret, said):
    page = as_admin.post(PAGE, {"url": url, "secret": secret}).content.decode()

    assert said in page
    assert webhook.of(acme.organization) is None


def test_removed_it_is_told_no_more(as_admin, acme, acme_key, hooked, vendor):
    as_admin.post(f"{PAGE}remove/")
    allow(acme, 2)
    post(batch(1), key=acme_key)
    tell()

    assert vendor.requests == []
    assert as_admin.post(f"{PAGE}test/").status_code == 404


def test_analysts_neither_see_nor_change_it(as_analyst, acme):
    assert as_analyst.get(PAGE).status_code == 403
    assert as_analyst.post(PAGE, {"url": "https://example.com", "secret": SECRET}).status_code == 403
