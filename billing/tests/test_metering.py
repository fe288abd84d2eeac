"""Usage of metered organizations reaches Stripe exactly once, whatever fails on the way (P44, L17–L21)."""

from datetime import datetime, timedelta

import msgspec
import pytest

from billing import metering, tasks
from billing.models import Invoice, MeterPush
from billing.stripe_api import StripeUnreachable, meters
from billing.tests.fake_stripe import usage
from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking.usage import ledger
from tracking.usage.ledger import STREAM
from tracking.usage.lines import Line


@pytest.fixture
def metered(till, acme):
    """Acme pays by use since 2026-03-10 12:00."""
    till.buy("custom")
    till.dataset_id = acme.dataset_id()
    return till


def use(till, events: int, dataset_id: int | None = None) -> None:
    """So many events were stored and booked a moment ago."""
    line = Line(dataset_id or till.dataset_id, 0, int(now().timestamp()), "events", events)
    buffer_client().xadd(STREAM, {"l": msgspec.msgpack.encode(line)})
    ledger.drain(now())


def push(till) -> None:
    """What beat and the workers would do."""
    for customer_id in metering.concerned(now()):
        tasks.push_usage_of(customer_id)


def told(till) -> int:
    """What Stripe has counted for Acme, ever."""
    return usage.counted(till.account, till.customer.stripe_id, 0, 2**40)


def by_hour(till) -> dict[str, int]:
    counted = {}
    for event in till.account.usage:
        hour = f"{datetime.fromtimestamp(event['timestamp'], now().tzinfo):%d %H:%M}"
        counted[hour] = counted.get(hour, 0) + int(event["payload"]["value"])
    return counted


def test_each_hour_is_told_once_when_it_is_over(metered):
    use(metered, 300)
    metered.wait(minutes=59)
    use(metered, 200)
    push(metered)
    assert told(metered) == 0
    metered.wait(minutes=11)
    for _ in range(3):
        push(metered)

    assert by_hour(metered) == {"10 12:00": 500}
    assert MeterPush.objects.get().state == MeterPush.State.SENT


def test_identifiers_are_the_same_whoever_computes_them(metered):
    use(metered, 7)
    metered.wait(hours=2)
    push(metered)
    first = MeterPush.objects.get().identifier

    MeterPush.objects.all().delete()  # as if restored from a backup of before
    push(metered)

    assert MeterPush.objects.get().identifier == first
    assert told(metered) == 7


def test_what_came_before_the_plan_is_not_billed(till, acme):
    till.dataset_id = acme.dataset_id()
    use(till, 1000)
    till.wait(minutes=30)
    till.buy("custom")  # 12:30: the hour from 12:00 was not agreed on
    use(till, 50)
    till.wait(hours=1)
    use(till, 20)
    push(till)
    till.wait(hours=1)
    push(till)

    assert by_hour(till) == {"10 13:00": 20}


def test_others_are_not_billed_for_it_nor_are_plans_of_a_fixed_price(till, acme, globex):
    till.buy("starter")
    use(till, 10, acme.dataset_id())
    use(till, 10, globex.dataset_id())
    till.wait(hours=2)

    push(till)

    assert till.account.usage == []
    assert not MeterPush.objects.exists()


def test_a_month_of_usage_is_on_the_invoice(metered):
    """31 days of 400,000: 10,000,000 are in the price, 2,400,000 cost 10 cents for each thousand."""
    for _ in range(31):
        use(metered, 400_000)
        metered.wait(hours=1)
        push(metered)
        metered.wait(hours=1)
        push(metered)
        metered.wait(hours=22)
    metered.wait(hours=3)
    metered.deliver()

    invoice = Invoice.objects.filter(total_cents__gt=0).get()
    assert invoice.total_cents == 999_00 + 240_00
    assert invoice.status == "paid"


def test_periods_meet_without_gap_or_overlap(metered):
    """What is used in the hour of the boundary is billed once, in one of the two periods."""
    metered.wait(days=30, hours=23)
    for _ in range(3):  # 11:00 to 13:00 on the 10th of April; the boundary is at 12:00
        use(metered, 10_000)
        push(metered)
        metered.wait(hours=1)
    metered.wait(minutes=15)
    push(metered)
    metered.wait(days=31)
    metered.wait(hours=3)

    billed = [line["quantity"] for each in metered.account.all("invoice") for line in each["lines"]["data"]]
    assert sum(billed) == told(metered) == 30_000


def test_stripe_away_for_two_days_changes_no_total(metered):
    for hour in range(50):
        metered.account.fails_with = 503 if hour < 48 else 0
        use(metered, 100)
        metered.wait(hours=1)
        push(metered)
    metered.wait(hours=1)
    push(metered)

    assert told(metered) == 5000
    assert not MeterPush.objects.exclude(state=MeterPush.State.SENT).exists()


def lost_answer(monkeypatch):
    """Stripe takes it, and the connection breaks before it says so."""
    really = meters.report

    def report(*args, **named):
        really(*args, **named)
        raise StripeUnreachable

    monkeypatch.setattr("billing.metering.meters.report", report)


@pytest.mark.parametrize("hours_later", [0.3, 20, 30, 24 * 5])
def test_a_lost_answer_bills_nothing_twice_however_late_one_asks_again(metered, monkeypatch, hours_later):
    """Within a day Stripe knows the identifier; later its own count is asked first."""
    use(metered, 500)
    metered.wait(hours=2)
    with monkeypatch.context() as patch:
        lost_answer(patch)
        push(metered)
    assert MeterPush.objects.get().state == MeterPush.State.SENDING

    metered.wait(hours=hours_later)
    push(metered)

    assert told(metered) == 500
    assert MeterPush.objects.get().state == MeterPush.State.SENT


def test_two_parts_of_which_one_arrived_are_not_guessed_at(metered, monkeypatch):
    """Both stamped with one hour, both answers lost, only the larger one counted: an operator looks."""
    subscription = metered.subscription
    for part, quantity in enumerate([50, 100]):
        MeterPush.objects.create(
            customer=metered.customer,
            subscription=subscription,
            hour=now(),
            part=part,
            quantity=quantity,
            identifier=f"part-{part}",
            state=MeterPush.State.SENDING,
            stamped_at=now(),
            first_asked_at=now(),
        )
    meters.report(metered.customer.stripe_id, 100, at=now(), identifier="part-1")
    metered.wait(days=2)

    push(metered)

    assert told(metered) == 100
    assert "nobody can tell which" in MeterPush.objects.get(part=0).note
    assert MeterPush.objects.get(part=1).state == MeterPush.State.SENT


def test_a_request_that_never_arrived_is_sent_after_days_too(metered, monkeypatch):
    use(metered, 500)
    metered.wait(hours=2)
    metered.account.fails_with = 500
    push(metered)
    metered.wait(days=3)
    metered.account.fails_with = 0

    push(metered)

    assert told(metered) == 500


def test_asking_again_and_again_over_days_does_not_outlive_the_identifier(metered, monkeypatch):
    """The first request arrived; the answers of all of them are lost, for two days."""
    use(metered, 500)
    metered.wait(hours=2)
    with monkeypatch.context() as patch:
        lost_answer(patch)
        for _ in range(16):
            push(metered)
            metered.wait(hours=3)

    push(metered)

    assert told(metered) == 500


def test_a_process_that_died_while_asking_is_followed_by_another(metered):
    use(metered, 500)
    metered.wait(hours=2)
    metering.note(metered.subscription, now())
    MeterPush.objects.update(state=MeterPush.State.SENDING, claimed_at=now(), first_asked_at=now(), stamped_at=now())

    push(metered)
    assert told(metered) == 0  # it may be alive
    metered.wait(minutes=11)
    push(metered)

    assert told(metered) == 500


def test_what_stripe_refuses_is_shown_and_tried_again(metered):
    use(metered, 500)
    metered.wait(hours=2)
    meter = metered.account.all("billing.meter")[0]
    meter["event_name"] = "renamed"
    push(metered)
    waiting = MeterPush.objects.get()
    assert (waiting.state, waiting.note) == (MeterPush.State.WAITING, "No active meter for metricpal_events.")

    meter["event_name"] = "metricpal_events"
    push(metered)

    assert told(metered) == 500


def test_what_is_told_after_its_period_counts_in_the_present_one(metered):
    """The invoice of the other is out: on it nobody would pay for this."""
    metered.account.fails_with = 503
    use(metered, 500)
    metered.wait(days=30)
    use(metered, 100)
    metered.wait(hours=1)
    metered.account.fails_with = 0
    metered.wait(days=1)
    tasks.reconcile_customer(metered.customer.pk)
    push(metered)

    assert told(metered) == 600
    period_start = metered.subscription.period_start.timestamp()
    assert all(event["timestamp"] >= period_start for event in metered.account.usage)


def test_usage_until_the_end_of_a_cancelled_plan_is_billed(metered):
    metered.owner.post("/o/acme/billing/cancel/")
    metered.wait(days=30, hours=23, minutes=30)  # 11:30, half an hour before the end
    use(metered, 70_000)
    metered.wait(minutes=31)
    metered.deliver()
    metered.wait(minutes=20)
    push(metered)

    assert metered.subscription.status == "canceled"
    assert told(metered) == 70_000


def test_months_of_every_length_are_whole(metered, at):
    """A plan begun on the 31st renews on the last day of shorter months."""
    from billing.tests.fake_stripe.subscriptions import next_end

    ends, moment = [], int(at("2027-12-31 10:00").timestamp())
    anchor = moment
    for _ in range(3):
        moment = next_end(anchor, moment)
        ends.append(f"{datetime.fromtimestamp(moment, now().tzinfo):%Y-%m-%d}")

    assert ends == ["2028-01-31", "2028-02-29", "2028-03-31"]


def test_an_hour_told_in_part_gets_the_rest_later(metered):
    use(metered, 30)
    metering.settle(metered.subscription, now() + timedelta(seconds=1))
    metered.wait(minutes=20)
    use(metered, 12)
    metered.wait(hours=1)
    push(metered)

    assert told(metered) == 42
    assert list(MeterPush.objects.order_by("part").values_list("part", "quantity")) == [(0, 30), (1, 12)]
