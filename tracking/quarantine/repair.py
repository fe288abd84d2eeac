"""One event that was set aside → the event it would be today, or what is still wrong with it. Pure."""

from dataclasses import dataclass
from typing import Any

import msgspec

from tracking.events import Accepted, Envelope, Quarantined
from tracking.judge import NAMED, filled
from tracking.rules import Rules
from tracking.schemas import compiled
from tracking.schemas.compiled import RENAME_EVENT, EventChecks, Fault, Rule, Schema
from tracking.steps import privacy

TAKING = ("observe", "warn")  # modes that take an event whatever is wrong with it

_envelope = msgspec.json.Decoder(Envelope)


@dataclass(frozen=True)
class Bench:
    """What an event is repaired with: its schema as it is now (None: it was deleted), and what its workspace keeps."""

    schema: Schema | None
    rules: Rules
    dataset_id: int

    def checks(self, event: str) -> EventChecks | None:
        return self.schema.events.get(event) if self.schema else None


@dataclass(frozen=True)
class Repaired:
    """`faults` is empty when the event would be taken today."""

    aside: Quarantined
    envelope: Envelope
    event_name: str
    properties: dict[str, Any]
    faults: tuple[Fault, ...] = ()

    @property
    def causes(self) -> list[str]:
        return [f"{fault.code}:{fault.name}" for fault in self.faults]

    @property
    def is_restated(self) -> bool:
        return (self.event_name, self.causes) != (self.aside.event_name, self.aside.causes)

    @property
    def event(self) -> Accepted:
        """Under the name it has now."""
        if self.event_name == self.aside.event_name:
            return self.aside.event
        return msgspec.structs.replace(self.aside.event, name=self.event_name)

    @property
    def restated(self) -> Envelope:
        """As it waits, with what is wrong with it now. Its properties stay as they came: the rules are applied anew."""
        details = [fault.detail for fault in self.faults]
        about = {"causes": self.causes, "details": details, "event_name": self.event_name, "event": self.event}
        aside = msgspec.structs.replace(self.aside, **about)
        return msgspec.structs.replace(self.envelope, quarantined=[aside])


def opened(packed: bytes) -> tuple[Envelope, Quarantined]:
    envelope = _envelope.decode(packed)
    return envelope, envelope.quarantined[0]


def repaired(packed: bytes, bench: Bench, trial: Rule | None = None) -> Repaired:
    """With the rules that are newer than the event, and with one that does not exist yet."""
    envelope, aside = opened(packed)
    given, event = dict(aside.properties), _name(aside, bench, trial)
    newer = [rule for rule in bench.schema.rules if rule.number > aside.ruled] if bench.schema else []
    fitting = [rule for rule in [*newer, *([trial] if trial else [])] if rule.event == event]
    compiled.apply(map(compiled.fix, fitting), given, bench.dataset_id)
    return Repaired(aside, envelope, event, given, _faults(aside, event, given, bench))


def taken(repaired: Repaired, rules: Rules) -> Accepted:
    """The event as the door would have made it."""
    return filled(repaired.event, dict(repaired.properties), rules)


def _name(aside: Quarantined, bench: Bench, trial: Rule | None) -> str:
    if bench.schema is None or aside.event.type not in NAMED:
        return aside.event_name
    renames = bench.schema.renames
    if trial and trial.action == RENAME_EVENT:
        renames = renames | {trial.event: trial.argument}
    return renames.get(aside.event_name, aside.event_name)


def _faults(aside: Quarantined, event: str, given: dict[str, Any], bench: Bench) -> tuple[Fault, ...]:
    if bench.schema is None or bench.schema.mode in TAKING:
        return ()
    checks = bench.checks(event)
    if checks is None:
        return (Fault("event", "", f"The schema {bench.schema.name} has no event “{event[:50]}”."),)
    found = compiled.faults(checks, given, (aside.event,))
    return tuple(fault for fault in found if not _was_taken_out(fault, bench.rules))


def _was_taken_out(fault: Fault, rules: Rules) -> bool:
    """What is personal was there when the event came and is not kept, so its absence is no fault of the event."""
    return fault.code == "required" and not rules.keeps_personal_data and privacy.is_personal(fault.name)
