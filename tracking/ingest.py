"""From a parsed request to a durable answer: judge each event, log what is taken, say what became of each.

    Payload ──judge──► Accepted … ──► one Envelope a shard ──► buffer.append ──► Receipt

Knows no HTTP framework: whatever receives requests calls `ingest` and sends the Receipt.
"""

import hashlib
import secrets
import uuid
from collections import Counter
from datetime import datetime
from typing import NamedTuple

import msgspec

from tracking import buffer, event_ids, filters, judge, moments, pressure, receipts, recent, rejections, usage
from tracking.events import Accepted, Client, Envelope
from tracking.filters import Treatment
from tracking.keys import KeyGrant
from tracking.payloads import Payload
from tracking.trees import Rejected
from tracking.verdicts import Receipt, Verdict, mark_repeated, reasons, status_of

__all__ = ["Receipt", "Verdict", "ingest", "status_of"]
CONTEXT_CHARS = 50


class Judged(NamedTuple):
    events: list[Accepted]  # those to log
    verdicts: list[Verdict]  # one for each event of the request


def ingest(
    payload: Payload,
    body: bytes | None,
    grant: KeyGrant,
    client: Client,
    now: datetime,
    treatment: Treatment = filters.AS_USUAL,
) -> Receipt:
    """`body` tells a request that is sent again; None: this one is like no other.

    Raises redis.RedisError when the log cannot be written: then nothing of the request is kept.
    """
    received_ms = int(now.timestamp() * 1000)
    judged = _judge_all(payload, grant, client, received_ms, treatment)
    number = receipts.issue(grant.dataset_id, received_ms, _counts(judged.verdicts))
    if not judged.events:
        usage.count(grant.dataset_id, now, reasons=reasons(judged.verdicts))
    elif _log(judged, body, grant, client, number, now):
        recent.note(grant.dataset_id, [event.event_id for event in judged.events])
    else:
        mark_repeated(judged.verdicts)
        number = receipts.issue(grant.dataset_id, received_ms, _counts(judged.verdicts))
        usage.count(grant.dataset_id, now, reasons=reasons(judged.verdicts))
    rejections.note(grant.dataset_id, number, received_ms, judged.verdicts)
    return _receipt(number, judged.verdicts, grant.rules.is_paused)


def _receipt(number: str, verdicts: list[Verdict], is_off: bool) -> Receipt:
    counts = _counts(verdicts)
    usage.tell_prometheus(counts.accepted, reasons(verdicts))
    return Receipt(
        number,
        counts.accepted,
        counts.duplicates,
        0,
        counts.refused,
        verdicts,
        hold=pressure.hold_seconds() or msgspec.UNSET,
        off=is_off or msgspec.UNSET,
    )


def _counts(verdicts: list[Verdict]) -> receipts.Counts:
    totals = Counter(verdict.status for verdict in verdicts)
    return receipts.Counts(totals["accepted"], totals["duplicate"], totals["rejected"])


def _log(judged: Judged, body: bytes | None, grant: KeyGrant, client: Client, receipt: str, now: datetime) -> bool:
    """False when this very request is in the log already."""
    envelopes = _envelopes(judged.events, grant, client, receipt, int(now.timestamp() * 1000))
    tally = usage.tally(grant.dataset_id, now, len(judged.events), reasons(judged.verdicts))
    return buffer.append(envelopes, _request_key(grant, client, judged.events, body), tally)


def _judge_all(payload: Payload, grant: KeyGrant, client: Client, received_ms: int, treatment: Treatment) -> Judged:
    arrival = _arrival(payload, grant, client, received_ms)._replace(is_limited=treatment.is_limited)
    judged = Judged([], [])
    seen: set[bytes] = set()
    for index, tree in enumerate(payload.trees):
        try:
            if treatment.refused:
                raise filters.refusal(treatment.refused)
            if index in payload.faults:
                raise payload.faults[index]
            event = judge.judge(tree, payload.frame, arrival, index)
        except Rejected as fault:
            judged.verdicts.append(_refusal(index, tree, fault))
            continue
        is_new = event.event_id not in seen and not recent.known(grant.dataset_id, event.event_id)
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
        rules=grant.rules,
        nonce=secrets.token_bytes(16),
        oldest_days=moments.oldest_days(frame.sent_at),
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


def _request_key(grant: KeyGrant, client: Client, events: list[Accepted], body: bytes | None) -> bytes:
    """The same bytes for the same dataset are the same request, sent again because its answer was lost.

    Events that name nobody may be the same bytes from two visitors: there the sender belongs to the key.
    """
    if body is None:
        return uuid.uuid4().bytes
    sender = client.visitor if any(not event.visitor for event in events) else 0
    digest = hashlib.sha256(f"{grant.dataset_id}:{sender}:".encode())
    digest.update(body)
    return digest.digest()
