"""From a parsed request to a durable answer: judge each event, log what is taken, say what became of each.

    Payload ──judge──► Accepted … ──► one Envelope a shard ──► buffer.append ──► Receipt

Knows no HTTP framework: whatever receives requests calls `ingest` and sends the Receipt.
"""

import hashlib
import uuid
from collections import Counter
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from tracking import buffer, event_ids, judge, moments, usage
from tracking.events import Accepted, Client, Envelope
from tracking.keys import KeyGrant
from tracking.payloads import Payload
from tracking.trees import Rejected
from tracking.usage import DropReason

Status = Literal["accepted", "duplicate", "held", "rejected"]
CONTEXT_CHARS = 50


class Verdict(msgspec.Struct):
    """What became of the event at index `i` of the request."""

    i: int
    id: str | None
    status: Status
    code: str | None = None
    detail: str | msgspec.UnsetType = msgspec.UNSET
    pointer: str | msgspec.UnsetType = msgspec.UNSET


class Receipt(msgspec.Struct):
    receipt: str
    accepted: int
    duplicates: int
    held: int
    rejected: int
    results: list[Verdict]


class Judged(NamedTuple):
    events: list[Accepted]  # those to log
    verdicts: list[Verdict]  # one for each event of the request


def ingest(payload: Payload, body: bytes, grant: KeyGrant, client: Client, now: datetime) -> Receipt:
    """Raises redis.RedisError when the log cannot be written: then nothing of the request is kept."""
    received_ms = int(now.timestamp() * 1000)
    receipt = str(uuid.uuid4())
    judged = _judge_all(payload, grant, client, received_ms)
    if not judged.events:
        usage.count(grant.dataset_id, now, reasons=_reasons(judged.verdicts))
    elif not _log(judged, body, grant, client, receipt, now):
        _mark_repeated(judged.verdicts)
        usage.count(grant.dataset_id, now, reasons=_reasons(judged.verdicts))
    totals = Counter(verdict.status for verdict in judged.verdicts)
    usage.tell_prometheus(totals["accepted"], _reasons(judged.verdicts))
    return Receipt(receipt, totals["accepted"], totals["duplicate"], 0, totals["rejected"], judged.verdicts)


def _log(judged: Judged, body: bytes, grant: KeyGrant, client: Client, receipt: str, now: datetime) -> bool:
    """False when this very request is in the log already."""
    envelopes = _envelopes(judged.events, grant, client, receipt, int(now.timestamp() * 1000))
    tally = usage.tally(grant.dataset_id, now, len(judged.events), _reasons(judged.verdicts))
    return buffer.append(envelopes, _request_key(grant, client, judged.events, body), tally)


def _judge_all(payload: Payload, grant: KeyGrant, client: Client, received_ms: int) -> Judged:
    arrival = _arrival(payload, grant, client, received_ms)
    judged = Judged([], [])
    seen: set[bytes] = set()
    for index, tree in enumerate(payload.trees):
        try:
            if index in payload.faults:
                raise payload.faults[index]
            event = judge.judge(tree, payload.frame, arrival, index)
        except Rejected as fault:
            judged.verdicts.append(_refusal(index, tree, fault))
            continue
        is_new = event.event_id not in seen
        seen.add(event.event_id)
        if is_new:
            judged.events.append(event)
        judged.verdicts.append(Verdict(index, event_ids.text(event.event_id), "accepted" if is_new else "duplicate"))
    return judged


def _arrival(payload: Payload, grant: KeyGrant, client: Client, received_ms: int) -> judge.Arrival:
    frame = payload.frame
    screen, language = (frame.about(name) for name in ("screen", "lang"))
    return judge.Arrival(
        grant.dataset_id,
        received_ms,
        *moments.skew_ms(frame.sent_at, received_ms),
        is_server=grant.is_secret,
        visitor=client.visitor,
        screen=screen[:CONTEXT_CHARS] if isinstance(screen, str) else "",
        language=language[:CONTEXT_CHARS] if isinstance(language, str) else "",
    )


def _refusal(index: int, tree: object, fault: Rejected) -> Verdict:
    written = tree.get("id") or tree.get("event_id") if isinstance(tree, dict) else None
    event_id = written if isinstance(written, str) and len(written) <= 36 else None
    return Verdict(index, event_id, "rejected", fault.reason, fault.detail, fault.pointer or msgspec.UNSET)


def _envelopes(
    events: list[Accepted], grant: KeyGrant, client: Client, receipt: str, received_ms: int
) -> dict[int, bytes]:
    """The log entries by shard. A visitor's events stay together and in order."""
    by_shard: dict[int, list[Accepted]] = {}
    for event in events:
        by_shard.setdefault(buffer.shard_of(grant.dataset_id, event.visitor or client.visitor), []).append(event)
    about = (grant.dataset_id, receipt, received_ms, client)
    settings = (grant.timeout_s, grant.bounce_ms, grant.host)
    return {shard: msgspec.msgpack.encode(Envelope(*about, part, *settings)) for shard, part in by_shard.items()}


def _request_key(grant: KeyGrant, client: Client, events: list[Accepted], body: bytes) -> bytes:
    """The same bytes for the same dataset are the same request, sent again because its answer was lost.

    Events that name nobody may be the same bytes from two visitors: there the sender belongs to the key.
    """
    sender = client.visitor if any(not event.visitor for event in events) else 0
    digest = hashlib.sha256(f"{grant.dataset_id}:{sender}:".encode())
    digest.update(body)
    return digest.digest()


def _mark_repeated(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        if verdict.status == "accepted":
            verdict.status = "duplicate"


def _reasons(verdicts: list[Verdict]) -> Counter[DropReason]:
    reasons = Counter(DropReason(verdict.code) for verdict in verdicts if verdict.code)
    reasons[DropReason.DUPLICATE] = sum(verdict.status == "duplicate" for verdict in verdicts)
    return reasons
