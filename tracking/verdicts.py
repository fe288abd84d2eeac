"""What became of the events of a request: the answer's words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import msgspec

from tracking.usage import FILTERED, DropReason

NONE: Mapping[DropReason, int] = MappingProxyType({})
Status = Literal["accepted", "duplicate", "held", "quarantined", "rejected"]


class Verdict(msgspec.Struct):
    """What became of the event at index `i` of the request."""

    i: int
    id: str | None
    status: Status
    code: str | None = None
    detail: str | msgspec.UnsetType = msgspec.UNSET
    pointer: str | msgspec.UnsetType = msgspec.UNSET


class Receipt(msgspec.Struct):
    """`hold` and `off` speak to the tracking script: send nothing for so many seconds, or until the next page."""

    receipt: str
    accepted: int
    duplicates: int
    held: int
    rejected: int
    results: list[Verdict]
    hold: int | msgspec.UnsetType = msgspec.UNSET
    off: bool | msgspec.UnsetType = msgspec.UNSET
    quarantined: int | msgspec.UnsetType = msgspec.UNSET  # told where there are any


def joined(receipts: Sequence[Receipt]) -> Receipt:
    """One for a request that was logged in parts, under the number of the first."""
    first, *others = receipts
    for each in others:
        for verdict in each.results:
            verdict.i += len(first.results)
        first.results += each.results
        first.quarantined = (first.quarantined or 0) + (each.quarantined or 0) or msgspec.UNSET
        for name in ("accepted", "duplicates", "held", "rejected"):
            setattr(first, name, getattr(first, name) + getattr(each, name))
    return first


def status_of(receipt: Receipt) -> int:
    """422 when every event is at fault. What the workspace's own filters keep out is no fault of the sender."""
    if receipt.accepted:
        return 200
    is_at_fault = [verdict.status == "rejected" and verdict.code not in FILTERED for verdict in receipt.results]
    return 422 if all(is_at_fault) else 200


def mark_repeated(verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        if verdict.status == "held":
            verdict.code, verdict.detail = None, msgspec.UNSET
        if verdict.status in ("accepted", "quarantined", "held"):
            verdict.status = "duplicate"


def reasons(verdicts: Sequence[Verdict], accepted: int) -> Mapping[DropReason, int]:
    """How many events were not logged, by reason; `accepted` of them were."""
    if accepted == len(verdicts):
        return NONE
    found = Counter(DropReason(verdict.code) for verdict in verdicts if verdict.code and verdict.status == "rejected")
    found[DropReason.DUPLICATE] = sum(verdict.status == "duplicate" for verdict in verdicts)
    found[DropReason.QUOTA] = sum(verdict.status == "held" for verdict in verdicts)
    found[DropReason.QUARANTINED] = sum(verdict.status == "quarantined" for verdict in verdicts)
    return found
