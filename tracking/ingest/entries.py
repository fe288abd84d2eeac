"""What is logged of a request: its events by shard, what it uses up, and the key by which it is known again."""

import hashlib
import uuid

import msgspec

from config.lib.settled import settled
from tracking import buffer, event_ids, portions, receipts, usage
from tracking.append import NAMED_TTL_S, REQUEST_TTL_S, Entry, Ration
from tracking.events import Accepted, Client, Envelope, Quarantined
from tracking.ingest.work import Judged, Work
from tracking.keys import KeyGrant
from tracking.verdicts import reasons

Parts = dict[int, tuple[list[Accepted], list[Quarantined]]]  # by shard


def entry(work: Work) -> tuple[str, Entry]:
    """(the receipt's number, what is logged when there is room for all of it)."""
    return entry_of(work, request_key(work), len(work.judged.events), ration_of(work))


def ration_of(work: Work) -> Ration | None:
    return portions.ration_of(work.grant, work.client.bot, len(work.judged.events), work.now)


def entry_of(work: Work, key: bytes, room: int, ration: Ration | None) -> tuple[str, Entry]:
    """(receipt, what is logged) when there is room for the first `room` events; the others are held."""
    judged, grant, client, received_ms = work.judged, work.grant, work.client, work.received_ms
    logged, held = _parted(judged, room)
    counts = judged.counts
    receipt = receipts.issue(grant.dataset_id, received_ms, counts)
    if ration and held.events:
        put_aside = list(_envelopes(held, grant, client, receipt, received_ms).values())
        ration = ration._replace(held=put_aside, held_quantity=len(held.events))
    told = reasons(judged.verdicts, counts.accepted)
    tally = usage.tally(
        grant.dataset_id, work.now, len(logged.events), told, received=judged.received, given_up=judged.given_up
    )
    envelopes = _envelopes(logged, grant, client, receipt, received_ms)
    return receipt, Entry(envelopes, key, tally, ration, _kept_s(judged))


def _kept_s(judged: Judged) -> int:
    has_own = all(map(event_ids.is_own, [each.event_id for each in judged.every]))
    return NAMED_TTL_S if has_own else REQUEST_TTL_S


def _parted(judged: Judged, room: int) -> tuple[Judged, Judged]:
    """(what is logged, what is held), marked so in the verdicts."""
    nothing = Judged([], [], [], [])
    if room >= len(judged.events):
        return judged, nothing
    portions.mark_held(judged.verdicts, room)
    return judged._replace(events=judged.events[:room]), nothing._replace(events=judged.events[room:])


def _envelopes(judged: Judged, grant: KeyGrant, client: Client, receipt: str, received_ms: int) -> dict[int, bytes]:
    """The log entries by shard. A visitor's events stay together and in order."""
    by_shard: Parts = {}
    if settled.INGEST_SHARDS == 1 and (judged.events or judged.quarantined):
        by_shard[0] = (judged.events, judged.quarantined)
    else:
        _part(judged, grant, client, by_shard)
    about = (grant.dataset_id, receipt, received_ms, client)
    held_to = (grant.timeout_s, grant.bounce_ms, grant.host)
    consumer = (grant.consumer.organization_id, grant.consumer.key_id)
    return {
        shard: msgspec.msgpack.encode(Envelope(*about, events, *held_to, aside, *consumer))
        for shard, (events, aside) in by_shard.items()
    }


def _part(judged: Judged, grant: KeyGrant, client: Client, by_shard: Parts) -> None:
    for event in judged.events:
        by_shard.setdefault(_shard(event, grant, client), ([], []))[0].append(event)
    for aside in judged.quarantined:
        by_shard.setdefault(_shard(aside.event, grant, client), ([], []))[1].append(aside)


def _shard(event: Accepted, grant: KeyGrant, client: Client) -> int:
    return buffer.shard_of(grant.dataset_id, event.visitor or client.visitor)


def request_key(work: Work) -> bytes:
    """The same bytes for the same dataset are the same request, sent again because its answer was lost.

    Events that name nobody may be the same bytes from two visitors: there the sender belongs to the key.
    """
    judged, grant, client, body = work.judged, work.grant, work.client, work.body
    if body is None:
        return uuid.uuid4().bytes
    sender = client.visitor if 0 in [event.visitor for event in judged.every] else 0
    # Nor can who has the public key be taken for the customer's server, and have its request answered `duplicate`.
    return hashlib.sha256(f"{grant.dataset_id}:{grant.is_secret}:{sender}:".encode() + body).digest()
