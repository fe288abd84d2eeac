"""One attempt at one batch, and what follows from it.

    taken ► settled · partly ► settled, the rest a batch of its own · refused whole ► halves, at last a single event
    no answer ► again after 5 s, 5 min, 30 min, 2 h … about three days, then a dead letter

The attempt is written down before it is made. Whoever is killed in it leaves a batch that is due again, with the same
ids; its end is written once, whoever comes first.
"""

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tracking.destinations.model import Batch, Destination, Event, Outcome, Unacceptable
from tracking.forwarding import accounting, rules
from tracking.models import Delivery, Forwarding
from tracking.store import StoreError
from tracking.store.arrivals import Span, events_by_id, traits_of
from workspaces import retries
from workspaces.providers import DeliveryError

log = logging.getLogger(__name__)

UNKNOWN = timedelta(seconds=60)  # after an attempt of which nobody told the end
TOGETHER = {"identify", "auto_identify", "form_submit"}


def attempt(delivery: Delivery, forwarding: Forwarding, provider: Destination, now: datetime, shift: float) -> None:
    """Raises DeliveryError when the vendor did not say what became of the batch, StoreError when ours could not read.

    `shift` (0.8 to 1.2) scatters the next attempt.
    """
    if not _begin(delivery, now):
        return
    ids = delivery.event_ids
    rows = events_by_id(forwarding.dataset_id, ids, _span(delivery))
    kept = [each for each in ids if each in rows]
    erased = {accounting.ERASED: len(ids) - len(kept)} if len(kept) < len(ids) else {}
    if not kept:
        settle(delivery, 0, erased, now)
        return
    try:
        outcome = provider.send(Batch(delivery.uid, now, _events([rows[each] for each in kept], forwarding, provider)))
    except Unacceptable as refusal:
        _refused(delivery, kept, erased, refusal.reason, now)
    except DeliveryError as error:
        _failed(delivery, error, now, shift)
        raise
    except StoreError:
        raise
    except Exception as error:  # a fault of ours must not stop the batches behind it
        log.exception("batch %s could not be sent", delivery.uid)
        ours = DeliveryError(f"The events could not be put into the form of {provider.label}.")
        _failed(delivery, ours, now, shift)
        raise ours from error
    else:
        _answered(delivery, kept, erased, outcome, now)


def settle(
    delivery: Delivery,
    sent: int,
    rejected: Mapping[str, int],
    now: datetime,
    children: Sequence[tuple[Sequence[bytes], datetime]] = (),
) -> None:
    """The end of a delivery, once. `children`: ids that stay open, each as a batch of its own, and when it is due."""
    open_ids = {each for ids, _ in children for each in ids}
    own = [each for each in delivery.event_ids if each not in open_ids]
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING, attempts=delivery.attempts)
        ended = mine.update(
            state=Delivery.State.DONE,
            events=len(own),
            ids=b"".join(own),
            sent=sent,
            rejected=dict(rejected),
            error="",
            settled_at=now,
        )
        if not ended:
            return
        Delivery.objects.bulk_create(_child(delivery, ids, due_at) for ids, due_at in children)
        accounting.add_settled(delivery, sent, rejected)


def _begin(delivery: Delivery, now: datetime) -> bool:
    """Whether the attempt is ours to make."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING, attempts=delivery.attempts)
    delivery.attempts += 1
    return bool(mine.update(attempts=delivery.attempts, due_at=now + UNKNOWN))


def _span(delivery: Delivery) -> Span:
    return Span(delivery.received_from, delivery.received_to, delivery.happened_from, delivery.happened_to)


def _events(rows: Sequence[Mapping[str, object]], forwarding: Forwarding, provider: Destination) -> list[Event]:
    persons = {row["person_id"] for row in rows if provider.wants_traits and row["type"] in TOGETHER}
    known = traits_of(forwarding.dataset_id, persons) if persons else {}  # type: ignore[arg-type]
    return [
        rules.event(row, known.get(row["person_id"], {}) if row["type"] in TOGETHER else {}, forwarding)  # type: ignore[call-overload]
        for row in rows
    ]


def _answered(delivery: Delivery, ids: list[bytes], erased: Mapping[str, int], outcome: Outcome, now: datetime) -> None:
    again = [ids[place] for place in sorted(outcome.again)]
    children = [(again, now + timedelta(seconds=outcome.wait_s))] if again else []
    settle(delivery, outcome.taken, {**outcome.rejected, **erased}, now, children)


def _refused(delivery: Delivery, ids: list[bytes], erased: Mapping[str, int], reason: str, now: datetime) -> None:
    if len(ids) == 1:
        settle(delivery, 0, {reason: 1, **erased}, now)
        return
    half = len(ids) // 2
    settle(delivery, 0, erased, now, [(ids[:half], now), (ids[half:], now)])


def _failed(delivery: Delivery, error: DeliveryError, now: datetime, shift: float) -> None:
    """Due again, or a dead letter. A destination that is paused for good does not use up the batch's attempts."""
    attempts = delivery.attempts
    mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING, attempts=attempts)
    told = str(error)[:512]
    if error.permanent:
        mine.update(attempts=attempts - 1, due_at=now, error=told)
    elif attempts > len(retries.RETRIES_S):
        mine.update(state=Delivery.State.DEAD, error=told)
    else:
        pause_s = max(retries.RETRIES_S[attempts - 1] * shift, error.retry_after or 0)
        mine.update(due_at=now + timedelta(seconds=pause_s), error=told)


def _child(parent: Delivery, ids: Sequence[bytes], due_at: datetime) -> Delivery:
    return Delivery(
        uid=uuid.uuid4(),
        forwarding_id=parent.forwarding_id,
        resend_id=parent.resend_id,
        day=parent.day,
        events=len(ids),
        ids=b"".join(ids),
        due_at=due_at,
        **_span(parent)._asdict(),
    )
