"""The door where Stripe knocks: what is believed, stored, handled, put off and made good again (L01–L09)."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from billing import tasks, webhooks
from billing.models import StripeEvent, Subscription
from billing.tests.fake_stripe import changes, checkout, customers
from billing.tests.fake_stripe.server import KEY, WEBHOOK_SECRET, signed
from config.lib.clock import now
from config.lib.happenings import happened

STATE = StripeEvent.State


def an_event(till, kind: str = "customer.updated"):
    """A signed event about Acme's customer."""
    till.choose("starter")
    till.account.tell(kind, till.account.all("customer")[0])
    return till.account.events[-1]


def knock(client, body: str, signature: str) -> int:
    answer = client.post(
        "/billing/stripe/", body, content_type="application/json", headers={"stripe-signature": signature}
    )
    return answer.status_code


def test_what_stripe_signed_is_stored_and_answered_at_once(till):
    event = an_event(till)

    assert till.send(event) == 200

    row = StripeEvent.objects.get()
    assert (row.stripe_id, row.type, row.state) == (event["id"], "customer.updated", STATE.RECEIVED)
    assert row.customer_stripe_id == till.customer.stripe_id


def test_a_payment_is_told_once_however_often_stripe_says_so(till):
    heard = []
    happened.connect(hear := lambda name, about, **_: heard.append((name, about.get("type"))))
    event = an_event(till, "invoice.paid")

    assert (till.send(event), till.send(event)) == (200, 200)

    happened.disconnect(hear)
    assert heard == [("webhook.receive", "invoice.paid"), ("payment.success", None)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, signature: (body, ""),
        lambda body, signature: (body, "t=1,v1=00"),
        lambda body, signature: (body, "nonsense"),
        lambda body, signature: (body, signature.replace("v1=", "v0=")),
        lambda body, signature: (body.replace("evt_", "evt-"), signature),
        lambda body, signature: (body.replace("\n", ""), signature),  # the same JSON, written otherwise
        lambda body, signature: (body + " ", signature),
    ],
    ids=["none", "wrong", "nonsense", "scheme", "altered", "written anew", "a byte more"],
)
def test_what_is_not_signed_by_stripe_is_refused_and_forgotten(till, spoil):
    body, signature = signed(an_event(till), int(now().timestamp()))

    assert knock(till.stripe, *spoil(body, signature)) == 400
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize("seconds, status", [(-299, 200), (-301, 400), (299, 200), (301, 400), (3600, 400)])
def test_a_signature_holds_for_five_minutes_around_now(till, seconds, status):
    body, signature = signed(an_event(till), int(now().timestamp()) + seconds)

    assert knock(till.stripe, body, signature) == status


def test_the_secret_of_another_endpoint_does_not_fit(till):
    body, signature = signed(an_event(till), int(now().timestamp()), WEBHOOK_SECRET + "x")

    assert knock(till.stripe, body, signature) == 400


def test_without_billing_there_is_no_such_door(till, settings):
    body, signature = signed(an_event(till), int(now().timestamp()))
    settings.STRIPE_SECRET_KEY = ""

    assert knock(till.stripe, body, signature) == 404


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "{}", '{"id": 5, "type": "x"}', "no json", '{"id": "evt_1"}'])
def test_signed_nonsense_is_refused(till, body):
    import stripe

    header = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET, int(now().timestamp()))

    assert knock(till.stripe, body, header) == 400


def test_the_same_event_again_is_one_event(till):
    event = an_event(till)

    assert [till.send(event) for _ in range(5)] == [200] * 5
    assert StripeEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_event_from_ten_sides_at_once_is_handled_once(till):
    event = an_event(till)
    webhooks.receive(event, "{}", now())
    row = StripeEvent.objects.get()
    before = len(till.account.requests)

    def handle() -> None:
        webhooks.handle(row.pk, now())
        connection.close()

    threads = [threading.Thread(target=handle) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    row.refresh_from_db()
    assert (row.state, row.attempts) == (STATE.HANDLED, 1)
    assert till.account.requests[before:].count(("GET", "/v1/subscriptions")) == 1


@pytest.mark.parametrize("kind", ["payout.paid", "something.new", "product.created"])
def test_types_we_keep_nothing_of_are_noted_and_ignored(till, kind):
    event = an_event(till) | {"type": kind}

    assert till.send(event) == 200
    assert till.states() == [STATE.IGNORED]


def test_an_event_of_another_api_version_with_odd_contents_does_no_harm(till):
    an_event(till)
    odd = {
        "id": "evt_odd",
        "type": "invoice.paid",
        "api_version": "2031-01-01",
        "data": {"object": [1]},
        "created": "x",
    }

    assert till.send(odd) == 200
    till.handle()

    assert till.states() == [STATE.IGNORED]


def test_a_megabyte_of_event_is_taken(till):
    event = an_event(till)
    event["data"]["object"]["description"] = "x" * 1_000_000

    assert till.send(event) == 200


def test_a_customer_that_is_not_ours_changes_nothing(till):
    """Whatever the event says of whose it is: only our own mapping counts."""
    till.buy("starter")
    forged = {
        "id": "evt_forged",
        "object": "event",
        "type": "customer.subscription.updated",
        "created": 1,
        "livemode": False,
        "data": {
            "object": {
                "object": "subscription",
                "customer": "cus_of_somebody",
                "metadata": {"metricpal_organization": str(till.organization.uid), "metricpal_plan": "enterprise"},
            }
        },
    }

    till.send(forged)
    till.handle()

    assert StripeEvent.objects.get(stripe_id="evt_forged").state == STATE.IGNORED
    assert till.subscription.plan == "starter"


def test_what_an_event_says_is_not_believed_only_that_something_changed(till):
    """An old event, delivered late, must not bring back an old state."""
    till.buy("starter")
    old = dict(till.account.events[-2])
    till.choose("professional")
    till.send(old | {"id": "evt_late"})
    till.deliver()

    assert till.subscription.plan == "professional"


def test_an_event_of_the_live_mode_is_ignored_with_a_test_key(till):
    assert till.send(an_event(till) | {"livemode": True}) == 200

    assert till.states() == [STATE.IGNORED]


def test_what_fails_is_tried_again_later(till, clock):
    event = an_event(till)
    till.account.fails_with = 500
    till.send(event)

    till.handle()
    assert till.states() == [STATE.FAILED]
    till.handle()  # not due yet
    assert StripeEvent.objects.get().attempts == 1
    till.account.fails_with = 0
    clock.shift(timedelta(minutes=2))
    till.handle()

    assert till.states() == [STATE.HANDLED]


def test_an_event_that_stands_in_the_queue_eight_times_is_tried_once(till):
    till.send(an_event(till))
    till.account.fails_with = 500

    for _ in range(8):
        tasks.handle_event(StripeEvent.objects.get().pk)

    row = StripeEvent.objects.get()
    assert (row.state, row.attempts, row.next_attempt_at) == (STATE.FAILED, 1, now() + timedelta(minutes=1))


def test_after_seven_attempts_nothing_is_tried_until_an_operator_says_so(till, clock):
    till.send(an_event(till))
    row = StripeEvent.objects.get()
    till.account.fails_with = 500
    for _ in range(9):
        tasks.handle_event(row.pk)
        clock.shift(timedelta(days=1))

    row.refresh_from_db()
    assert (row.state, row.attempts) == (STATE.FAILED, 7)
    till.account.fails_with = 0
    webhooks.replay(row.pk, now())
    assert till.states() == [STATE.HANDLED]


def test_a_round_sends_what_the_next_one_would_send_again_so_that_it_ends_with_it(till, monkeypatch):
    till.send(an_event(till))
    sent = []
    monkeypatch.setattr(tasks.handle_event, "apply_async", lambda *given, **options: sent.append((given, options)))

    tasks.handle_waiting_events()

    assert sent == [(((StripeEvent.objects.get().pk,),), {"expires": 120})]


def test_stripe_away_for_two_days_loses_nothing(till, clock):
    page = till.choose("professional").headers["Location"]
    checkout.complete(till.account, page.rpartition("/")[2])
    till.account.fails_with = 503
    till.deliver()
    for _ in range(48):
        clock.shift(timedelta(hours=1))
        till.handle()
    assert not Subscription.objects.exists()
    till.account.fails_with = 0

    tasks.reconcile_customer(till.customer.pk)

    assert (till.subscription.plan, till.subscription.status) == ("professional", "active")


def test_what_a_dead_process_had_claimed_is_taken_up_after_ten_minutes(till, clock):
    till.send(an_event(till))
    StripeEvent.objects.update(state=STATE.HANDLING, attempts=1, next_attempt_at=now() + webhooks.CLAIMED_FOR)

    till.handle()
    assert till.states() == [STATE.HANDLING]
    clock.shift(timedelta(minutes=11))
    till.handle()

    assert till.states() == [STATE.HANDLED]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_the_event_to_the_next_one(till, clock):
    page = till.choose("starter").headers["Location"]
    checkout.complete(till.account, page.rpartition("/")[2])
    event = next(each for each in till.account.events if each["type"] == "checkout.session.completed")
    till.send(event)
    with till.account.lock:  # Stripe answers nothing
        worker = a_worker(StripeEvent.objects.get(), till.account.url)
        while till.states() != [STATE.HANDLING]:
            assert worker.poll() is None, worker.communicate()
            time.sleep(0.02)
        worker.kill()
        worker.communicate()

    till.handle()
    assert not Subscription.objects.exists()
    clock.shift(timedelta(minutes=11))
    till.handle()

    assert till.subscription.plan == "starter"
    assert till.states() == [STATE.HANDLED]


def a_worker(event: StripeEvent, stripe_url: str) -> subprocess.Popen:
    """A process of its own that handles the event."""
    database = connection.settings_dict
    code = (
        "import django, sys; django.setup();"
        "from datetime import datetime; from billing import webhooks;"
        "webhooks.handle(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))"
    )
    about = {
        "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database),
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_API_URL": stripe_url,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    command = [sys.executable, "-c", code, str(event.pk), now().isoformat()]
    return subprocess.Popen(command, env=os.environ | about, stderr=subprocess.PIPE, text=True)


def test_a_fault_of_ours_half_way_changes_nothing_and_is_tried_again(till, clock, monkeypatch):
    page = till.choose("starter").headers["Location"]
    checkout.complete(till.account, page.rpartition("/")[2])
    for event in till.account.events:
        till.send(event)

    def broken(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("billing.subscriptions._carry_out", broken)
        for event_id in webhooks.due(now()):
            with pytest.raises(ZeroDivisionError):
                webhooks.handle(event_id, now())
    assert not Subscription.objects.exists()
    clock.shift(timedelta(minutes=2))
    till.handle()

    assert till.subscription.plan == "starter"
    assert STATE.FAILED not in till.states()


def test_an_endpoint_that_was_away_for_days_is_made_good_by_the_night(till):
    till.buy("starter")
    till.choose("professional")
    customers.add_card(till.account, till.customer.stripe_id, customers.DECLINED)
    till.wait(days=32)
    assert till.subscription.status == "active"  # nobody told us

    tasks.reconcile_customer(till.customer.pk)

    assert till.subscription.status == "past_due"


def test_an_operator_may_have_an_event_handled_again(till, admin_client):
    till.buy("starter")
    changes.cancel(till.account, till.at_stripe)
    row = StripeEvent.objects.filter(type="checkout.session.completed").get()

    admin_client.post("/admin/billing/stripeevent/", {"action": "replay", "_selected_action": [row.pk]})

    assert till.subscription.status == "canceled"


def test_events_are_forgotten_after_ninety_days_unless_they_failed(till, clock):
    till.buy("starter")
    StripeEvent.objects.filter(type="checkout.session.completed").update(state=STATE.FAILED)
    clock.shift(timedelta(days=89))
    tasks.forget_events()
    assert StripeEvent.objects.count() > 1

    clock.shift(timedelta(days=2))
    tasks.forget_events()

    assert till.states() == [STATE.FAILED]


def test_a_queue_that_is_away_is_no_reason_to_refuse_stripe(till, monkeypatch):
    from kombu.exceptions import OperationalError

    def away(_):
        raise OperationalError("no broker")

    monkeypatch.setattr("billing.tasks.handle_event.delay", away)

    assert till.send(an_event(till)) == 200
    assert len(webhooks.due(now())) == 1
