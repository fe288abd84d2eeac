"""Every entry of an organization's log seals the one before it: what was changed, left out or put in between is seen.

    seal = SHA-256 of [previous, number, uid, workspace, actor, action, target, at] as compact JSON

Plain SHA-256, so that whoever has the CSV can check it without us. Somebody with all rights on the database could write
the whole chain anew: note its last seal elsewhere now and then, and such a chain does not lead to it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from workspaces.models import AuditEntry, Organization

FIRST = "0" * 64  # what the first entry has before it


@dataclass(frozen=True)
class Verdict:
    entries: int
    last_seal: str
    fault: str = ""  # what is wrong, in words; "" where nothing is

    @property
    def is_whole(self) -> bool:
        return not self.fault


def head(organization: Organization) -> AuditEntry | None:
    """The last entry. Until the end of the transaction nobody else adds one."""
    Organization.objects.select_for_update(no_key=True).filter(pk=organization.pk).first()
    return AuditEntry.objects.filter(organization=organization).order_by("-number").first()


def seal_of(entry: AuditEntry) -> str:
    said = [
        entry.previous,
        entry.number,
        str(entry.uid),
        entry.workspace_id,
        entry.actor,
        entry.action,
        entry.target,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]
    return hashlib.sha256(json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def verify(organization: Organization) -> Verdict:
    """Reads the whole log and works out every seal again."""
    return verified(AuditEntry.objects.filter(organization=organization).order_by("number").iterator())


def verified(entries: Iterable[AuditEntry]) -> Verdict:
    number, seal = 0, FIRST
    for entry in entries:
        if entry.number != number + 1:
            return Verdict(number, seal, f"Entry {number + 1} is missing: entry {entry.number} follows {number}.")
        if entry.previous != seal:
            return Verdict(number, seal, f"Entry {entry.number} does not follow the entry before it.")
        if entry.seal != seal_of(entry):
            return Verdict(number, seal, f"Entry {entry.number} was changed after it was written.")
        number, seal = entry.number, entry.seal
    return Verdict(number, seal)
