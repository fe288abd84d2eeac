"""What the sender is told when the log has answered, and who else hears of it."""

import msgspec

from tracking import pressure, receipts, recent, rejections, spool, usage
from tracking.ingest.work import Judged, Work
from tracking.keys import KeyGrant
from tracking.receipts import Counts
from tracking.schemas import faults
from tracking.usage import prometheus
from tracking.verdicts import Receipt, mark_repeated, reasons


def concluded(work: Work, number: str | None) -> Receipt:
    """What is told when the log has answered. `number`: the receipt's; None when nothing of the request was logged."""
    judged, grant, received_ms = work.judged, work.grant, work.received_ms
    given_up = judged.given_up if number or work.is_empty else 0  # a repetition says it again
    if not number:
        mark_repeated(judged.verdicts)
    counts = judged.counts
    why = reasons(judged.verdicts, counts.accepted)
    if number:
        recent.note(grant.dataset_id, [event.event_id for event in judged.events])
        _tell_prometheus(judged, counts.held, grant)
    else:
        number = receipts.issue(grant.dataset_id, received_ms, counts)
        told = usage.tally(grant.dataset_id, work.now, 0, why, received=judged.received, given_up=given_up)
        spool.count(received_ms, told, usage.add)
    if why:
        rejections.note(grant.dataset_id, number, received_ms, judged.verdicts)
    if judged.findings:
        faults.note(grant.dataset_id, work.now, judged.findings)
    usage.tell_prometheus(counts.accepted, why, given_up)
    return _receipt(number, judged, counts, grant.rules.is_paused)


def _tell_prometheus(judged: Judged, held: int, grant: KeyGrant) -> None:
    source = "server" if grant.is_secret else "web"
    logged = judged.events[: len(judged.events) - held] if held else judged.events
    prometheus.count_events(grant.tenant, source, [event.type for event in logged])
    if held:
        prometheus.count_exceeded(grant.tenant, "events")


def _receipt(number: str, judged: Judged, counts: Counts, is_off: bool) -> Receipt:
    return Receipt(
        number,
        counts.accepted,
        counts.duplicates,
        counts.held,
        counts.refused,
        judged.verdicts,
        hold=pressure.hold_seconds() or msgspec.UNSET,
        off=is_off or msgspec.UNSET,
        quarantined=counts.quarantined or msgspec.UNSET,
    )
