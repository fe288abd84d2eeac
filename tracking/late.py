"""Which days changed although they were over for long: late events, and the visits they belong to.

What is worked out of a whole day (tracking.store.aggregates) is kept from LATE_MS after its end on, and some hours: so
a row of a younger day needs no word, and nearly none of what comes does.
"""

from tracking.rows import DAY_MS, Columns

LATE_MS = DAY_MS


def columns(events: Columns, sessions: Columns, now_ms: int) -> Columns:
    """(dataset, UTC day since 1970) of each row that is older than LATE_MS, each once. A visit is of the days in which
    it began and ended."""
    until = now_ms - LATE_MS
    found: set[tuple[int, int]] = set()
    for table, names in ((events, ("ts",)), (sessions, ("start", "stop"))):
        for name in names:
            times = table[name]
            if times and min(times) < until:
                late = zip(table["dataset_id"], times, strict=True)
                found |= {(dataset, at // DAY_MS) for dataset, at in late if at < until}
    return {"dataset_id": [each[0] for each in found], "day": [each[1] for each in found]}
