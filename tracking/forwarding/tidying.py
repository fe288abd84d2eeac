"""What is forgotten of the outbox, and when: ids when no sweep asks for them any more, rows after a month.

A sweep looks back from the position, which stands still while a destination is paused or its outbox is full. What it
finds no ids of it would take for new, and send again.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from tracking.forwarding import accounting
from tracking.models import Delivery, LateArrival

IDS_KEPT = timedelta(hours=3)  # the sweep looks one hour back, and as far as the oldest batch it meets
ROWS_KEPT = timedelta(days=30)
AT_ONCE = 1000


def tidy(now: datetime) -> None:
    passed = F("forwarding__position") - IDS_KEPT
    done = Delivery.objects.filter(state=Delivery.State.DONE, received_to__lt=passed)
    done.filter(settled_at__lt=now - IDS_KEPT).exclude(ids=b"").update(ids=b"")
    done.filter(settled_at__lt=now - ROWS_KEPT).delete()
    LateArrival.objects.filter(noted_at__lt=now - ROWS_KEPT).delete()
    for letter in Delivery.objects.filter(state=Delivery.State.DEAD, due_at__lt=now - ROWS_KEPT)[:AT_ONCE]:
        _expire(letter, now)


def _expire(letter: Delivery, now: datetime) -> None:
    """Counted as rejected, so that the day still adds up."""
    rejected = {accounting.EXPIRED: letter.events}
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=letter.pk, state=Delivery.State.DEAD)
        if mine.update(state=Delivery.State.DONE, ids=b"", rejected=rejected, settled_at=now):
            accounting.add_settled(letter, 0, rejected)
