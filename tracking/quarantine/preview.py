"""What a rule would do to what waits, before anybody decides: counted on the real events, shown on some of them."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracking.quarantine.repair import Bench, repaired
from tracking.schemas.compiled import Rule
from tracking.store import quarantine

MOST, SHOWN = 5000, 5


@dataclass(frozen=True)
class Sample:
    before: dict[str, Any]
    after: dict[str, Any]
    faults: list[str]  # what is still wrong

    @property
    def before_json(self) -> str:
        return json.dumps(self.before, ensure_ascii=False)

    @property
    def after_json(self) -> str:
        return json.dumps(self.after, ensure_ascii=False)


@dataclass(frozen=True)
class Preview:
    waiting: int  # events of this name
    looked_at: int  # the newest of them
    fits: int
    left: list[tuple[str, int]]  # what is still wrong, and with how many
    samples: list[Sample]


def preview(bench: Bench, schema_name: str, event: str, rule: Rule | None, now: datetime, cause: str = "") -> Preview:
    """Changes nothing. Without a rule: what would fit today. With a cause: samples of that one. Raises StoreError."""
    rows = quarantine.newest(bench.dataset_id, schema_name, event, now, most=MOST)
    fits, left, samples = 0, Counter[str](), list[Sample]()
    for row in rows:
        tried = repaired(row.envelope, bench, rule)
        said = [f"{fault.name}: {fault.detail}" if fault.name else fault.detail for fault in tried.faults]
        fits += not said
        left.update(said[:1])
        if len(samples) < SHOWN and (not cause or cause in tried.aside.causes):
            samples.append(Sample(tried.aside.properties, tried.properties, said))
    waiting = len(rows) if len(rows) < MOST else quarantine.count(bench.dataset_id, schema_name, event, now)
    return Preview(waiting, len(rows), fits, left.most_common(), samples)
