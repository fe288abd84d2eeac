"""From a parsed request to a durable answer: judge each event, log what is taken, say what became of each.

    Payload ──judged──► Work ──log──► spool.log: one Envelope a shard ──concluded──► Receipt
                         └──entry──► tracking.group, for many requests at once ──┘

Knows no HTTP framework: whatever receives requests calls `ingest`, or its parts, and sends the Receipt.
"""

import hashlib
import secrets
import uuid
from datetime import datetime
from typing import NamedTuple

import msgspec

from tracking import (
    buffer,
    event_ids,
    filters,
    judge,
    moments,
    portions,
    pressure,
    receipts,
    recent,
    rejections,
    spool,
    usage,
)
from tracking.append import NAMED_TTL_S, REQUEST_TTL_S, Entry, Ration
from tracking.events import Accepted, Client, Envelope, Quarantined
from tracking.filters import Treatment
from tracking.keys import KeyGrant
from tracking.payloads import Payload
from tracking.schemas import faults
from tracking.schemas.compiled import Finding
from tracking.trees import Rejected
from tracking.usage import DropReason, prometheus
from tracking.verdicts import Receipt, Status, Verdict, mark_repeated, reasons, status_of

__all__ = ["Receipt", "Verdict", "ingest", "status_of"]
CONTEXT_CHARS = 50
STATUSES: tuple[Status, ...] = ("accepted", "duplicate", "rejected", "quarantined", "held")  # as in receipts.Counts


class Judged(NamedTuple):
    events: list[Accepted]  # those to log
    quarantined: list[Quarantined]  # those to log beside them
    verdicts: list[Verdict]  # one for each event of the request
    findings: list[Finding]  # what schemas found wrong
    received: int = 0  # events in the request


class Work(NamedTuple):
    """A request whose events are judged, and which waits to be logged."""

    judged: Judged
    body: bytes | None  # tells a request that is sent again; None: this one is like no other
    grant: KeyGrant
    client: Client
    now: datetime

    @property
    def received_ms(self) -> int:
        return int(self.now.timestamp() * 1000)

    @property
    def is_empty(self) -> bool:
        return not self.judged.events and not self.judged.quarantined

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the log is to be written: no event is refused, set aside or found wanting."""
        judged = self.judged
        return bool(judged.events) and not judged.findings and not any(each.code for each in judged.verdicts)


def ingest(
    payload: Payload,
    body: bytes | None,
    grant: KeyGrant,
    client: Client,
    now: datetime,
    treatment: Treatment = filters.AS_USUAL,
) -> Receipt:
    """Raises redis.RedisError when the log cannot be written: then nothing of the request is kept."""
    return log(judged(payload, body, grant, client, now, treatment))


def judged(
    payload: Payload,
    body: bytes | None,
    grant: KeyGrant,
    client: Client,
    now: datetime,
    treatment: Treatment = filters.AS_USUAL,
) -> Work:
    """What is to be logged. Nothing has happened yet."""
    received_ms = int(now.timestamp() * 1000)
    return Work(_judge_all(payload, grant, client, received_ms, treatment), body, grant, client, now)


def log(work: Work) -> Receipt:
    """Waits for the disk. Raises redis.RedisError, and Problem 402."""
    return concluded(work, None if work.is_empty else _log(work))


def concluded(work: Work, number: str | None) -> Receipt:
    """What is told when the log has answered. `number`: the receipt's; None when nothing of the request was logged."""
    judged, grant, received_ms = work.judged, work.grant, work.received_ms
    if number:
        recent.note(grant.dataset_id, [event.event_id for event in judged.events])
        _tell_prometheus(judged, grant)
    else:
        mark_repeated(judged.verdicts)
        number = receipts.issue(grant.dataset_id, received_ms, _counts(judged.verdicts))
        told = usage.tally(grant.dataset_id, work.now, 0, reasons(judged.verdicts), received=judged.received)
        spool.count(received_ms, told, usage.add)
    rejections.note(grant.dataset_id, number, received_ms, judged.verdicts)
    faults.note(grant.dataset_id, work.now, judged.findings)
    return _receipt(number, judged.verdicts, grant.rules.is_paused)


def entry(work: Work) -> tuple[str, Entry]:
    """(the receipt's number, what is logged when there is room for all of it)."""
    ration = portions.ration_of(work.grant, work.client.bot, len(work.judged.events), work.now)
    return _entry(work, _request_key(work), len(work.judged.events), ration)


def _tell_prometheus(judged: Judged, grant: KeyGrant) -> None:
    source, held = "server" if grant.is_secret else "web", sum(each.status == "held" for each in judged.verdicts)
    logged = judged.events[: len(judged.events) - held]
    prometheus.count_events(grant.tenant, source, [event.type for event in logged])
    if held:
        prometheus.count_exceeded(grant.tenant, "events")


def _receipt(number: str, verdicts: list[Verdict], is_off: bool) -> Receipt:
    counts = _counts(verdicts)
    usage.tell_prometheus(counts.accepted, reasons(verdicts))
    return Receipt(
        number,
        counts.accepted,
        counts.duplicates,
        counts.held,
        counts.refused,
        verdicts,
        hold=pressure.hold_seconds() or msgspec.UNSET,
        off=is_off or msgspec.UNSET,
        quarantined=counts.quarantined or msgspec.UNSET,
    )


def _counts(verdicts: list[Verdict]) -> receipts.Counts:
    told = [verdict.status for verdict in verdicts]
    return receipts.Counts(*map(told.count, STATUSES))


def _log(work: Work) -> str | None:
    """The receipt; None when this very request is in the log already. Marks what is held. Raises Problem 402."""
    request_key, quantity, receipt = _request_key(work), len(work.judged.events), ""

    def attempt(room: int, ration: Ration | None) -> bool:
        nonlocal receipt
        receipt, logged = _entry(work, request_key, room, ration)
        return spool.log(work.received_ms, *logged)

    ration = portions.ration_of(work.grant, work.client.bot, quantity, work.now)
    return receipt if portions.fit(quantity, ration, attempt) else None


def _entry(work: Work, request_key: bytes, room: int, ration: Ration | None) -> tuple[str, Entry]:
    """(receipt, what is logged) when there is room for the first `room` events; the others are held."""
    judged, grant, client, received_ms = work.judged, work.grant, work.client, work.received_ms
    logged, held = _parted(judged, room)
    receipt = receipts.issue(grant.dataset_id, received_ms, _counts(judged.verdicts))
    if ration and held.events:
        put_aside = list(_envelopes(held, grant, client, receipt, received_ms).values())
        ration = ration._replace(held=put_aside, held_quantity=len(held.events))
    told = reasons(judged.verdicts)
    tally = usage.tally(grant.dataset_id, work.now, len(logged.events), told, received=judged.received)
    envelopes = _envelopes(logged, grant, client, receipt, received_ms)
    return receipt, Entry(envelopes, request_key, tally, ration, _kept_s(judged))


def _kept_s(judged: Judged) -> int:
    every = [*judged.events, *(each.event for each in judged.quarantined)]
    return NAMED_TTL_S if all(event_ids.is_own(each.event_id) for each in every) else REQUEST_TTL_S


def _parted(judged: Judged, room: int) -> tuple[Judged, Judged]:
    """(what is logged, what is held), marked so in the verdicts."""
    nothing = Judged([], [], [], [])
    if room >= len(judged.events):
        return judged, nothing
    portions.mark_held(judged.verdicts, room)
    return judged._replace(events=judged.events[:room]), nothing._replace(events=judged.events[room:])


def _judge_all(payload: Payload, grant: KeyGrant, client: Client, received_ms: int, treatment: Treatment) -> Judged:
    arrival = _arrival(payload, grant, client, received_ms)._replace(is_limited=treatment.is_limited)
    judged = Judged([], [], [], [], len(payload.trees))
    seen: set[bytes] = set()
    for index, tree in enumerate(payload.trees):
        try:
            if treatment.refused:
                raise filters.refusal(treatment.refused)
            if index in payload.faults:
                raise payload.faults[index]
            event, finding, set_aside = judge.judge(tree, payload.frame, arrival, index)
            if finding:
                judged.findings.append(finding)
                _refuse_by_schema(finding)
        except Rejected as fault:
            judged.verdicts.append(_refusal(index, tree, fault))
            continue
        is_new = event.event_id not in seen and not recent.known(grant.dataset_id, event.event_id)
        seen.add(event.event_id)
        if is_new and set_aside:
            judged.quarantined.append(set_aside)
        elif is_new:
            judged.events.append(event)
        verdict = Verdict(index, event_ids.text(event.event_id), "accepted" if is_new else "duplicate")
        if finding and is_new:
            _tell(verdict, finding)
        judged.verdicts.append(verdict)
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
        schemas=grant.schemas,
    )


def _refusal(index: int, tree: object, fault: Rejected) -> Verdict:
    written = tree.get("id") or tree.get("event_id") if isinstance(tree, dict) else None
    event_id = written if isinstance(written, str) and len(written) <= 36 else None
    return Verdict(index, event_id, "rejected", fault.reason, fault.detail, fault.pointer or msgspec.UNSET)


def _refuse_by_schema(finding: Finding) -> None:
    if finding.mode == "reject":
        raise Rejected(DropReason.SCHEMA, finding.detail, finding.pointer)


def _tell(verdict: Verdict, finding: Finding) -> None:
    """What a schema found is the sender's to know, unless the schema only observes."""
    if finding.mode == "observe":
        return
    if finding.mode == "quarantine":
        verdict.status = "quarantined"
    verdict.code, verdict.detail, verdict.pointer = DropReason.SCHEMA, finding.detail, finding.pointer


def _envelopes(judged: Judged, grant: KeyGrant, client: Client, receipt: str, received_ms: int) -> dict[int, bytes]:
    """The log entries by shard. A visitor's events stay together and in order."""
    by_shard: dict[int, tuple[list[Accepted], list[Quarantined]]] = {}
    for event in judged.events:
        by_shard.setdefault(_shard(event, grant, client), ([], []))[0].append(event)
    for aside in judged.quarantined:
        by_shard.setdefault(_shard(aside.event, grant, client), ([], []))[1].append(aside)
    about = (grant.dataset_id, receipt, received_ms, client)
    settings = (grant.timeout_s, grant.bounce_ms, grant.host)
    consumer = (grant.consumer.organization_id, grant.consumer.key_id)
    return {
        shard: msgspec.msgpack.encode(Envelope(*about, events, *settings, aside, *consumer))
        for shard, (events, aside) in by_shard.items()
    }


def _shard(event: Accepted, grant: KeyGrant, client: Client) -> int:
    return buffer.shard_of(grant.dataset_id, event.visitor or client.visitor)


def _request_key(work: Work) -> bytes:
    """The same bytes for the same dataset are the same request, sent again because its answer was lost.

    Events that name nobody may be the same bytes from two visitors: there the sender belongs to the key.
    """
    judged, grant, client, body = work.judged, work.grant, work.client, work.body
    if body is None:
        return uuid.uuid4().bytes
    every = [*judged.events, *(each.event for each in judged.quarantined)]
    sender = client.visitor if any(not event.visitor for event in every) else 0
    # Nor can who has the public key be taken for the customer's server, and have its request answered `duplicate`.
    digest = hashlib.sha256(f"{grant.dataset_id}:{grant.is_secret}:{sender}:".encode())
    digest.update(body)
    return digest.digest()
