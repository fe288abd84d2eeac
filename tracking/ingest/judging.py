"""What becomes of each event: accepted, seen before, set aside by a schema, or refused, with a reason."""

import random
from datetime import datetime

import msgspec

from tracking import event_ids, filters, judge, moments, recent
from tracking.events import Client
from tracking.filters import Treatment
from tracking.ingest.work import Judged, Work
from tracking.keys import KeyGrant
from tracking.payloads import Payload
from tracking.schemas.compiled import Finding
from tracking.trees import Rejected
from tracking.usage import DropReason
from tracking.verdicts import Verdict

CONTEXT_CHARS = 50


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
    return Work(_judge_all(payload, grant, client, received_ms, treatment), body, grant, client, now, received_ms)


def _judge_all(payload: Payload, grant: KeyGrant, client: Client, received_ms: int, treatment: Treatment) -> Judged:
    arrival = _arrival(payload, grant, client, received_ms, treatment.is_limited)
    judged = Judged([], [], [], [], len(payload.trees), payload.frame.given_up)
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


def _arrival(payload: Payload, grant: KeyGrant, client: Client, received_ms: int, is_limited: bool) -> judge.Arrival:
    frame = payload.frame
    screen, language = frame.about("screen"), frame.about("lang")
    return judge.Arrival(
        grant.dataset_id,
        received_ms,
        *moments.skew_ms(frame.sent_at, received_ms),
        is_server=grant.is_secret,
        visitor=client.visitor,
        screen=screen[:CONTEXT_CHARS] if isinstance(screen, str) else "",
        language=language[:CONTEXT_CHARS] if isinstance(language, str) else "",
        rules=grant.rules,
        is_limited=is_limited,
        nonce=random.randbytes(16),  # it tells apart what nobody named, and guards nothing: see event_ids
        oldest=moments.oldest(frame.sent_at, *grant.rules.kept, received_ms),
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
