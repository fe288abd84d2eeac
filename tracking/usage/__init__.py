"""What was taken in, what it used up of an organization's limits, and the book that is the judge of both.

    door: log, count, use up in one step ────► Valkey   usage:{dataset}:{day}     received: by hour and reason
                                                        used:{organization}:{…}   counters: for limits
    writer: stored and billable ─────────────► Valkey   ledger, a stream          lines
    API: the customer's own units ───────────►                                    increments
    every five minutes, and when asked ──────► PostgreSQL   UsageEntry            ledger: append-only
    00:10 UTC, and when asked ───────────────►              DailyUsage            rollup: sums of whole days
    03:40 UTC ───────────────────────────────►              UsageDifference       reconcile: counters, ledger, store

Billable is an event that is stored, live, and of no bot: a duplicate, a refused or a held one, and one of a test key
uses up nothing. Beyond a limit events are held (hold), for thirty days, and logged when the limit is raised.
"""

from tracking.usage.counters import used
from tracking.usage.reasons import FILTERED, SAID, DropReason
from tracking.usage.received import ACCEPTED, KEPT_SECONDS, Hours, add, of_day, tally, tell_prometheus

__all__ = [
    "ACCEPTED",
    "FILTERED",
    "KEPT_SECONDS",
    "SAID",
    "DropReason",
    "Hours",
    "add",
    "of_day",
    "tally",
    "tell_prometheus",
    "used",
]
