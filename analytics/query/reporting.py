"""The way of a whole report to the store: its own statement, the same cache and the same errors as every question.

A report (analytics/reports/) writes one statement with `Parameters` and `scope.where`, which names the dataset, the
period and the filters, and asks it here.
"""

from dataclasses import dataclass
from datetime import datetime

from analytics.query import cache
from analytics.query.answers import ask
from analytics.query.compile import Statement
from analytics.query.scope import Parameters
from tracking.store import Rows


@dataclass(frozen=True)
class Reported:
    """Rows in the order of the statements, and the moment before which every acknowledged event is counted."""

    rows: list[Rows]
    as_of: datetime


def report(dataset_id: int, statements: list[tuple[str, Parameters]], now: datetime) -> Reported:
    """All statements side by side, each answered once per tick of the dataset.

    All or nothing: raises StoreUnavailable, QueryTimeout, QueryTooLarge.
    """
    asked = [Statement(sql, bound.frozen(), dataset_id, 0, (), "events") for sql, bound in statements]
    ticks = cache.ticks([dataset_id])
    answers = ask(asked, ticks)()
    return Reported([answers.rows[each] for each in asked], cache.as_of(ticks.get(dataset_id), now))
