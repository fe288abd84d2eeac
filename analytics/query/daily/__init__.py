"""Long questions by days: what a day gave is kept, as states that merge, and a question that comes again reads those
and the days that are not over. The numbers are the same, to the last digit, as from the rows.

    statement ─► offered: can it be put together from days? (question, terms)
    ask       ─► answer: kept days and the others' rows, merged (kept, merged); or None: ask the rows
                        └─ days that are missing when the question comes again ─► making
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from analytics.query.compile import Statement
from analytics.query.daily import kept
from analytics.query.daily.making import ask_for
from analytics.query.daily.merged import Merged
from analytics.query.daily.question import by_days
from analytics.query.model import Query
from analytics.query.plan import Part
from tracking.store import Limits, Rows, query


class Answer(NamedTuple):
    rows: Rows
    sql: str  # as it was asked
    parameters: dict[str, Any]


def offered(statement: Statement, query: Query, part: Part, now: datetime, **shape: Any) -> Statement:
    """The same statement, which knows its way by days if there is one. `shape`: those fields of Merged."""
    asked = by_days(query, part, now)
    return replace(statement, by_days=Merged(asked, **shape)) if asked else statement


def answer(merged: Merged, limits: Limits) -> Answer | None:
    """None: ask the rows. Raises StoreUnavailable, QueryTimeout, QueryTooLarge."""
    known = kept.known(merged.asked, limits)
    ask_for(merged.asked, known)
    if not kept.is_worth(merged.asked, known):
        return None
    sql, bound = merged.sql(known)
    return Answer(query(sql, bound.values, dataset_id=merged.asked.query.dataset_id, limits=limits), sql, bound.values)
