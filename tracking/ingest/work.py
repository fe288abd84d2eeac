"""A request on its way through the door: what was judged of it, and who sent it when."""

from datetime import datetime
from typing import NamedTuple

from tracking.events import Accepted, Client, Quarantined
from tracking.keys import KeyGrant
from tracking.receipts import Counts
from tracking.schemas.compiled import Finding
from tracking.verdicts import Status, Verdict

STATUSES: tuple[Status, ...] = ("accepted", "duplicate", "rejected", "quarantined", "held")  # as in receipts.Counts


class Judged(NamedTuple):
    events: list[Accepted]  # those to log
    quarantined: list[Quarantined]  # those to log beside them
    verdicts: list[Verdict]  # one for each event of the request
    findings: list[Finding]  # what schemas found wrong
    received: int = 0  # events in the request
    lost: int = 0  # events that its sender gave up before

    @property
    def given_up(self) -> int:
        """As the sender says, unless it is a repetition that says so."""
        if not self.lost:
            return 0
        return 0 if all(verdict.status == "duplicate" for verdict in self.verdicts) else self.lost

    @property
    def counts(self) -> Counts:
        """How many events of each status."""
        told = [verdict.status for verdict in self.verdicts]
        accepted = told.count("accepted")
        return Counts(accepted, 0, 0) if accepted == len(told) else Counts(*map(told.count, STATUSES))

    @property
    def every(self) -> list[Accepted]:
        """The events that are logged, also those that are set aside."""
        if not self.quarantined:
            return self.events
        return [*self.events, *(each.event for each in self.quarantined)]


class Work(NamedTuple):
    """A request whose events are judged, and which waits to be logged."""

    judged: Judged
    body: bytes | None  # tells a request that is sent again; None: this one is like no other
    grant: KeyGrant
    client: Client
    now: datetime
    received_ms: int

    @property
    def is_empty(self) -> bool:
        return not self.judged.events and not self.judged.quarantined

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the log is to be written: no event is refused, set aside or found wanting."""
        judged = self.judged
        return bool(judged.events) and not judged.findings and not any(each.code for each in judged.verdicts)
