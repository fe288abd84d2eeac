"""Aggregated metrics: from raw events to rows in PostgreSQL, a day at a time, equal to a recount at any time.

tasks.roll_up (01:00 UTC) ─┐
API and pages ─────────────┴► roll_up ► days: which are due? ► daily, longer: compute ► kept: write ► days: done

dataset   whose events      roles     which names mean what      measures   what the numbers are
counts, actives, conversion           what is asked of the store
"""

from analytics.rollups.dataset import Dataset
from analytics.rollups.run import bring_up_to_date, roll_up

__all__ = ["Dataset", "bring_up_to_date", "roll_up"]
