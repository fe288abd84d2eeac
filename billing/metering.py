"""Usage of metered organizations to Stripe: each hour of the ledger once, whatever fails on the way.

    ledger.by_hour ─► note: rows for what is not told yet ─► send: claim, ask, mark

The ledger counts an event in the hour in which it was booked, so an hour that is over stays as it is. One that was told
before it was over (the plan was changed within it) gets a further part with only the difference.
Stripe knows an identifier for 24 hours; within them asking again is harmless. After that a request whose answer was
lost is settled by what Stripe has counted, before anything is sent again (P44).

What came before the subscription is not billed. A part told after the invoice of its period is out counts in the
present period: Stripe keeps a draft open for an hour after the end of a period.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q, Sum

from billing.models import Customer, MeterPush, Subscription
from billing.stripe_api import StripeRefused, StripeUnreachable, meters
from billing.subscriptions import sync
from tracking.usage import ledger
from workspaces.limits import EVENTS

State = MeterPush.State
HOUR = timedelta(hours=1)
SETTLED = timedelta(minutes=10)  # an hour is told when it has been over for this long
LOOK_BACK = timedelta(days=34)  # Stripe takes 35 days
IDENTIFIER_KNOWN = timedelta(hours=23)  # Stripe says 24
DRAFT_OPEN = timedelta(minutes=55)  # Stripe says an hour
CLAIMED_FOR = timedelta(minutes=10)
ALREADY_THERE = "already exists"
FATES = {
    State.SENT: "The answer was lost; Stripe has counted it.",
    State.SENDING: "The answer was lost; others of this hour are settled first.",
    State.LOST: "Stripe has counted a part of what was told for this hour, and nobody can tell which. Compare by hand.",
}


def concerned(now: datetime) -> list[int]:
    """Ids of customers who pay by use, or did until lately, or of whose usage Stripe has not taken a part."""
    lately = Q(subscriptions__ended_at__isnull=True) | Q(subscriptions__ended_at__gt=now - LOOK_BACK)
    metered = Customer.objects.filter(lately, subscriptions__metered_since__isnull=False).values("pk")
    waiting = MeterPush.objects.filter(state__in=[State.WAITING, State.SENDING]).values("customer")
    found = Customer.objects.filter(Q(pk__in=metered) | Q(pk__in=waiting)).order_by("pk")
    return list(found.values_list("pk", flat=True))


def push(customer: Customer, now: datetime) -> None:
    """Tells everything of hours that are over. Raises StripeUnreachable at once: the other parts would fail too."""
    ledger.drain(now)
    if customer.subscriptions.live().filter(metered_since__isnull=False, period_end__lt=now).exists():
        sync(customer, now)  # nobody told us of the new period yet, and it decides what counts where
    for subscription in customer.subscriptions.filter(metered_since__isnull=False):
        note(subscription, now)
    for push_id in due(customer, now):
        send(push_id, now)


def settle(subscription: Subscription, now: datetime) -> None:
    """Tells everything up to this moment: what one does before usage stops being counted."""
    ledger.drain(now)
    note(subscription, now, until=now)
    for push_id in due(subscription.customer, now):
        send(push_id, now)


def note(subscription: Subscription, now: datetime, until: datetime | None = None) -> None:
    """Rows for all that the ledger has and Stripe was not told. Doing it twice adds nothing."""
    customer, start = subscription.customer, _first_hour(subscription, now)
    end = until or _last_hour(subscription, now)
    if start >= end or customer.organization is None:
        return
    noted = _noted(customer, start, end)
    for hour, quantity in sorted(ledger.by_hour(customer.organization.pk, EVENTS, start, end).items()):
        parts, told = noted.get(hour, (0, 0))
        if quantity > told:
            _note_part(subscription, hour, parts, quantity - told)


def due(customer: Customer, now: datetime) -> list[int]:
    """Ids of what is to be sent, oldest hours first."""
    waiting = customer.meter_pushes.filter(_open(now)).order_by("hour", "part")
    return list(waiting.values_list("pk", flat=True))


def send(push_id: int, now: datetime) -> None:
    """Tells Stripe of one part. Raises StripeUnreachable: then it is due again."""
    claimed = MeterPush.objects.filter(_open(now), pk=push_id).update(
        state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return
    push = MeterPush.objects.select_related("customer", "subscription").get(pk=push_id)
    if push.first_asked_at and now - push.first_asked_at >= IDENTIFIER_KNOWN:
        fate = _fate(push, now)
        if fate != State.WAITING:
            return _mark(push, fate, now, FATES[fate])
        push.first_asked_at = None  # as if never asked
    if push.first_asked_at is None:
        push.first_asked_at, push.stamped_at = now, _stamp(push, now)
    if push.stamped_at is None or push.stamped_at < now - LOOK_BACK:
        return _mark(push, State.LOST, now, "The last invoice it could stand on is out. Settle it by an invoice item.")
    _ask(push, push.stamped_at, now)


def _ask(push: MeterPush, at: datetime, now: datetime) -> None:
    # Written before asking: from the first request on Stripe may know the identifier, and only for so long.
    MeterPush.objects.filter(pk=push.pk).update(first_asked_at=push.first_asked_at, stamped_at=at)
    try:
        meters.report(push.customer.stripe_id, push.quantity, at=at, identifier=push.identifier)
    except StripeRefused as refusal:
        if ALREADY_THERE not in refusal.detail:
            MeterPush.objects.filter(pk=push.pk).update(first_asked_at=None)  # it surely did not arrive
            return _mark(push, State.WAITING, now, refusal.detail)
    except StripeUnreachable as problem:
        MeterPush.objects.filter(pk=push.pk).update(note=problem.detail, claimed_at=None)
        raise
    _mark(push, State.SENT, now)


def _stamp(push: MeterPush, now: datetime) -> datetime | None:
    """The hour, or the beginning of the first period whose invoice is not out yet; None: there is none."""
    about = push.subscription
    if about.ended_at and now >= about.ended_at + DRAFT_OPEN:
        return None
    # Our row may not know yet that its period is over, so both of its ends are looked at.
    closed = [edge for edge in (about.period_start, about.period_end) if now >= edge + DRAFT_OPEN]
    return max([push.hour, *closed])


def _fate(push: MeterPush, now: datetime) -> MeterPush.State:
    """What became of requests Stripe no longer knows by name, judged by what it has counted in that hour.

    SENT: it arrived. WAITING: it did not. SENDING: others must be settled first. LOST: nobody can tell.
    """
    hour = (push.stamped_at or push.hour).replace(minute=0, second=0, microsecond=0)
    there = MeterPush.objects.filter(customer=push.customer, stamped_at__gte=hour, stamped_at__lt=hour + HOUR)
    unsure = list(there.filter(state=State.SENDING, first_asked_at__isnull=False))
    sent = there.filter(state=State.SENT).aggregate(all=Sum("quantity"))["all"] or 0
    counted = meters.known(push.customer.stripe_id, hour) - sent
    if counted <= 0:
        return State.WAITING
    if counted >= sum(each.quantity for each in unsure):
        return State.SENT
    fresh = (each for each in unsure if each.first_asked_at and now - each.first_asked_at < IDENTIFIER_KNOWN)
    return State.SENDING if any(fresh) else State.LOST


def _open(now: datetime) -> Q:
    return Q(state=State.WAITING) | (
        Q(state=State.SENDING) & (Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIMED_FOR))
    )


def _first_hour(subscription: Subscription, now: datetime) -> datetime:
    """The first whole hour of the subscription: what came before it was not agreed on."""
    since = max(subscription.metered_since or now, now - LOOK_BACK)
    hour = since.replace(minute=0, second=0, microsecond=0)
    return hour if hour == since else hour + HOUR


def _last_hour(subscription: Subscription, now: datetime) -> datetime:
    """Up to where hours are over, or the subscription is."""
    over = (now - SETTLED).replace(minute=0, second=0, microsecond=0)
    return min(over, subscription.ended_at or over)


def _noted(customer: Customer, start: datetime, end: datetime) -> dict[datetime, tuple[int, int]]:
    """For each hour how many parts there are, and how many events are in them."""
    found: dict[datetime, tuple[int, int]] = {}
    rows: Iterable[tuple[datetime, int]] = customer.meter_pushes.filter(hour__gte=start, hour__lt=end).values_list(
        "hour", "quantity"
    )
    for hour, quantity in rows:
        parts, told = found.get(hour, (0, 0))
        found[hour] = (parts + 1, told + quantity)
    return found


def _note_part(subscription: Subscription, hour: datetime, part: int, quantity: int) -> None:
    customer = subscription.customer
    MeterPush.objects.get_or_create(
        customer=customer,
        hour=hour,
        part=part,
        defaults={
            "quantity": quantity,
            "identifier": f"{customer.stripe_id}-{hour:%Y%m%dT%H}-{part}",
            "subscription": subscription,
        },
    )


def _mark(push: MeterPush, state: MeterPush.State, now: datetime, why: str = "") -> None:
    sent_at = now if state == State.SENT else None
    MeterPush.objects.filter(pk=push.pk).update(state=state, sent_at=sent_at, note=why[:512], claimed_at=None)
