"""What became of each day's events at a destination: eligible = sent + rejected (by reason) + waiting.

Eligible is counted when an event enters the outbox, sent and rejected when its batch is settled; waiting is what open
batches hold. The three are written in different transactions, so the page can show a difference, if there were one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Min, Q, Sum

from tracking.forwarding import rules
from tracking.models import Delivery, DeliveryDay, Forwarding, Resend
from tracking.store import StoreError
from tracking.store.arrivals import count_arrivals

ERASED = "erased"  # deleted from the store before it could be sent
EXPIRED = "expired"  # a dead letter that nobody looked after for a month
MOST_REASONS = 50  # a vendor's reasons are the vendor's; beyond this they are counted together


@dataclass
class Day:
    day: date
    eligible: int = 0
    sent: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    dead: int = 0

    @property
    def refused(self) -> int:
        return sum(self.rejected.values())

    @property
    def missing(self) -> int:
        """Events that are in none of the columns. Anything but 0 is a fault of ours."""
        return self.eligible - self.sent - self.refused - self.waiting - self.dead


@dataclass(frozen=True)
class Standing:
    behind: int  # events that are stored and not in the outbox yet
    waiting: int  # events in the outbox
    dead: int
    lag_s: float  # age of the oldest event that is not there yet

    @property
    def open(self) -> int:
        return self.behind + self.waiting


def add_eligible(forwarding: Forwarding, day: date, events: int, resend: Resend | None) -> None:
    if resend:
        Resend.objects.filter(pk=resend.pk).update(eligible=F("eligible") + events)
        return
    DeliveryDay.objects.get_or_create(forwarding=forwarding, day=day)
    DeliveryDay.objects.filter(forwarding=forwarding, day=day).update(eligible=F("eligible") + events)


def add_settled(delivery: Delivery, sent: int, rejected: Mapping[str, int]) -> None:
    """Inside the transaction that settles the delivery."""
    rows: Any = DeliveryDay.objects.filter(forwarding=delivery.forwarding_id, day=delivery.day)
    if delivery.resend_id:
        rows = Resend.objects.filter(pk=delivery.resend_id)
    row = rows.select_for_update().get()
    row.sent += sent
    row.rejected = _added(row.rejected, rejected)
    row.save(update_fields=["sent", "rejected"])


def _added(before: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    total = Counter(before)
    for reason, events in more.items():
        total[reason if reason in total or len(total) < MOST_REASONS else "other"] += events
    return dict(total)


def days(forwarding: Forwarding, first: date) -> list[Day]:
    """From `first` on, newest first; days without events are left out."""
    found = {
        row.day: Day(row.day, row.eligible, row.sent, row.rejected) for row in forwarding.days.filter(day__gte=first)
    }
    still_open = forwarding.deliveries.open().filter(resend=None, day__gte=first)
    for day, state, events in still_open.order_by().values_list("day", "state").annotate(Sum("events")):
        its = found.setdefault(day, Day(day))
        if state == Delivery.State.DEAD:
            its.dead = events
        else:
            its.waiting = events
    return [found[day] for day in sorted(found, reverse=True)]


def standing(forwarding: Forwarding, now: datetime) -> Standing:
    """Raises StoreError."""
    pending = Q(state=Delivery.State.PENDING)
    mine = forwarding.deliveries.filter(resend=None)
    held = mine.aggregate(
        waiting=Sum("events", filter=pending, default=0),
        dead=Sum("events", filter=Q(state=Delivery.State.DEAD), default=0),
        oldest=Min("received_from", filter=pending),
    )
    behind = count_arrivals(forwarding.dataset_id, rules.chosen(forwarding), forwarding.position, now)
    oldest = held["oldest"] or (forwarding.position if behind else now)
    return Standing(behind, held["waiting"], held["dead"], max(0.0, (now - oldest).total_seconds()))


def known_standing(forwarding: Forwarding, now: datetime) -> Standing | None:
    """None while the event store is away."""
    try:
        return standing(forwarding, now)
    except StoreError:
        return None


def sent_lately(forwardings: Sequence[Forwarding], now: datetime) -> dict[int, int]:
    """Events sent of those received today and yesterday, by destination."""
    rows = DeliveryDay.objects.filter(forwarding__in=forwardings, day__gte=now.date() - timedelta(days=1))
    return dict(rows.order_by().values_list("forwarding").annotate(Sum("sent")))
