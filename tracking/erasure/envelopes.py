"""Events that wait in envelopes: those held beyond a limit, and those that the store could not take."""

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from config.lib import crypto
from config.lib.redis_clients import buffer_client
from tracking.events import Accepted, Envelope
from tracking.models import Erasure, HeldEvents
from tracking.usage import hold
from tracking.visits import person_of

AT_ONCE = 500
_envelope = msgspec.msgpack.Decoder(Envelope)
_encoder = msgspec.msgpack.Encoder()


def erase_held(erasure: Erasure) -> int:
    """Out of the database, and out of the stream before it; the number of events. Raises redis.RedisError.

    What another SECRET_KEY sealed goes as a whole: nobody can say whose it is, and the former key may come back.
    """
    hold.keep()
    return take_held(
        erasure.datasets,
        lambda around, each: not erasure.is_person or _is_of(erasure, around, each),
        with_unreadable=True,
    )


def take_held(
    datasets: Collection[int], is_gone: Callable[[Envelope, Accepted], bool], *, with_unreadable: bool = False
) -> int:
    """Those that `is_gone` names, out of the database; the number of events. Raises redis.RedisError."""
    rows = HeldEvents.objects.filter(dataset_id__in=datasets).order_by("id")
    return sum(_take(row, is_gone, with_unreadable) for row in rows.iterator(AT_ONCE))


def erase_unstorable(erasure: Erasure) -> int:
    """Out of the streams of what could not be stored, as whole entries; how many those were."""
    return take_unstorable(erasure.datasets, lambda envelope: _names(erasure, envelope))


def take_unstorable(datasets: Collection[int], is_gone: Callable[[Envelope], bool]) -> int:
    """Entries that `is_gone` names. Raises redis.RedisError."""
    client: Any = buffer_client()
    erased = 0
    for stream in client.scan_iter(match="quarantine:*"):
        last = "-"
        while found := client.xrange(stream, last, "+", count=AT_ONCE):
            gone = [place for place, fields in found if _fits(fields[b"e"], datasets, is_gone)]
            erased += client.xdel(stream, *gone) if gone else 0
            last = f"({found[-1][0].decode()}"
    return erased


def _take(row: HeldEvents, is_gone: Callable[[Envelope, Accepted], bool], with_unreadable: bool) -> int:
    mine = HeldEvents.objects.filter(pk=row.pk)
    try:
        envelope = _envelope.decode(bytes.fromhex(crypto.unseal(row.sealed)))
    except crypto.SealBroken:
        return _gone(row, row.quantity, mine.delete()[0]) if with_unreadable else 0
    kept = [each for each in envelope.events if not is_gone(envelope, each)]
    gone = len(envelope.events) - len(kept)
    if not gone:
        return 0
    if not kept:
        return _gone(row, gone, mine.delete()[0])
    envelope.events = kept
    sealed = crypto.seal(_encoder.encode(envelope).hex())
    return _gone(row, gone, mine.update(sealed=sealed, quantity=len(kept)))


def _gone(row: HeldEvents, number: int, changed: int) -> int:
    """They are held no longer, unless somebody else was faster."""
    if not changed:
        return 0
    hold.uncount(row.organization_id, number)
    return number


def _fits(packed: bytes, datasets: Collection[int], is_gone: Callable[[Envelope], bool]) -> bool:
    try:
        envelope = _envelope.decode(packed)
    except msgspec.DecodeError:
        return False  # nobody can say whose it is
    return envelope.dataset_id in datasets and is_gone(envelope)


def _names(erasure: Erasure, envelope: Envelope) -> bool:
    events = [*envelope.events, *(each.event for each in envelope.quarantined)]
    return not erasure.is_person or any(_is_of(erasure, envelope, each) for each in events)


def _is_of(erasure: Erasure, envelope: Envelope, event: Accepted) -> bool:
    client = envelope.client
    who = {event.visitor} if event.visitor else {client.visitor, client.visitor_before}
    if event.user_id:
        who.add(person_of(envelope.dataset_id, event.user_id))
    return not who.isdisjoint(int(each) for each in erasure.ids)
