"""Events that wait in envelopes: those held beyond a limit, and those that the store could not take."""

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
    """Out of the database, and out of the stream before it; the number of events. Raises redis.RedisError."""
    hold.keep()
    rows = HeldEvents.objects.filter(dataset_id__in=erasure.datasets).order_by("id")
    return sum(_erase_row(erasure, row) for row in rows.iterator(AT_ONCE))


def erase_unstorable(erasure: Erasure) -> int:
    """Out of the streams of what could not be stored, as whole entries; how many those were."""
    client: Any = buffer_client()
    erased = 0
    for stream in client.scan_iter(match="quarantine:*"):
        last = "-"
        while found := client.xrange(stream, last, "+", count=AT_ONCE):
            gone = [place for place, fields in found if _holds(erasure, fields[b"e"])]
            erased += client.xdel(stream, *gone) if gone else 0
            last = f"({found[-1][0].decode()}"
    return erased


def _erase_row(erasure: Erasure, row: HeldEvents) -> int:
    envelope = _envelope.decode(bytes.fromhex(crypto.unseal(row.sealed)))
    kept = [] if not erasure.is_person else [each for each in envelope.events if not _is_of(erasure, envelope, each)]
    gone = len(envelope.events) - len(kept)
    if not gone:
        return 0
    mine = HeldEvents.objects.filter(pk=row.pk)
    if kept:
        envelope.events = kept
        sealed = crypto.seal(_encoder.encode(envelope).hex())
        changed = mine.update(sealed=sealed, quantity=len(kept))
    else:
        changed = mine.delete()[0]
    if changed:
        hold.uncount(row.organization_id, gone)
    return gone if changed else 0


def _holds(erasure: Erasure, packed: bytes) -> bool:
    try:
        envelope = _envelope.decode(packed)
    except msgspec.DecodeError:
        return False  # nobody can say whose it is
    if envelope.dataset_id not in erasure.datasets:
        return False
    events = [*envelope.events, *(each.event for each in envelope.quarantined)]
    return not erasure.is_person or any(_is_of(erasure, envelope, each) for each in events)


def _is_of(erasure: Erasure, envelope: Envelope, event: Accepted) -> bool:
    client = envelope.client
    who = {event.visitor} if event.visitor else {client.visitor, client.visitor_before}
    if event.user_id:
        who.add(person_of(envelope.dataset_id, event.user_id))
    return not who.isdisjoint(int(each) for each in erasure.ids)
