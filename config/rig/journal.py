"""What senders know: which events were acknowledged, on the disk before the next request, and what became of them.

The comparison looks at single events by their ids, straight in the event store: counts that happen to be equal prove
nothing when one event is lost and another one counted twice.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from config.rig.stack import Stack


@dataclass
class Journal:
    """Event ids by what the sender knows of them. `latency_s`: of each acknowledged request, first try to answer.

    With a `path`, acknowledgements stand there too, fsynced: they outlive the sender.
    """

    path: Path | None = None
    acknowledged: list[str] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    requests: int = 0
    retries: int = 0
    hurried: int = 0  # answers that ask to come again without saying when
    statuses: dict[int, int] = field(default_factory=dict)  # 0: no answer came
    latency_s: list[float] = field(default_factory=list)
    first_tries: list[float] = field(default_factory=list)  # when those were, time.monotonic

    def acknowledge(self, ids: list[str], first_try: float, latency_s: float) -> None:
        if self.path:
            with self.path.open("a") as file:
                file.write("".join(f"{each}\n" for each in ids))
                file.flush()
                os.fsync(file.fileno())
        self.acknowledged += ids
        self.latency_s.append(latency_s)
        self.first_tries.append(first_try)


@dataclass(frozen=True)
class Comparison:
    lost: set[str]  # acknowledged, and not stored
    doubled: set[str]  # stored more than once
    unasked: set[str]  # stored, and never sent by these senders

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.unasked)


def compare(acknowledged: Iterable[str], perhaps: Iterable[str], stored: dict[str, int]) -> Comparison:
    """`perhaps`: what got no answer may be stored or not. `stored`: how often each id is."""
    known = set(acknowledged)
    doubled = {each for each, times in stored.items() if times > 1}
    return Comparison(known - stored.keys(), doubled, stored.keys() - known - set(perhaps))


def of(stack: Stack, dataset: int, journals: Iterable[Journal]) -> Comparison:
    journals = list(journals)
    known = [each for journal in journals for each in journal.acknowledged]
    perhaps = [each for journal in journals for each in journal.unanswered]
    return compare(known, perhaps, stored(stack, dataset))


def stored(stack: Stack, dataset: int) -> dict[str, int]:
    """How often each event id of the dataset stands in the event store."""
    statement = f"SELECT event_id, count() FROM events WHERE dataset_id = {dataset} GROUP BY event_id FORMAT TSV"
    return {line.partition("\t")[0]: int(line.partition("\t")[2]) for line in stack.sql(statement).splitlines()}
