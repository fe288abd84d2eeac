"""Who stands behind a bar of a funnel: those who took a step, or those who took it and not the next one."""

from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.query.bounds import Parameters
from analytics.query.model import Query, QueryError
from analytics.query.reporting import report
from analytics.reports.funnel.model import Funnel
from analytics.reports.funnel.statement import attempts

PAGE = 100


@dataclass(frozen=True)
class Person:
    """One unit of the funnel: a person, a visit (then `id` is the visit's) or an account."""

    id: str
    level: int  # the last step taken
    began: datetime


@dataclass(frozen=True)
class Which:
    """Those that a number of the funnel counts."""

    step: int  # from 1
    dropped: bool = False  # who took it and not the next one
    group: str | None = None  # a value of the breakdown; None: everybody


@dataclass(frozen=True)
class Page:
    people: list[Person]
    next_cursor: str | None


def people(asked: Funnel, query: Query, which: Which, cursor: str, now: datetime, limit: int = PAGE) -> Page:
    """Newest attempts first. `cursor` is the next_cursor of the page before, '' for the first. QueryError for a step or
    a group there is not, or a cursor that is none."""
    last = len(asked.steps) - which.dropped
    if not 1 <= which.step <= last:
        raise QueryError(f"step is a number from 1 to {last}.", "step")
    bound = Parameters()
    conditions = [f"level {'=' if which.dropped else '>='} {which.step}", *_of_group(asked, which, bound)]
    if cursor:
        began, person = _split(cursor)
        conditions.append(f"(began, toString(person)) < ({bound.bind(began, 'Int64')}, {bound.bind(person, 'String')})")
    sql = (
        f"SELECT toString(person), level, began FROM ({attempts(asked, query, bound)}) WHERE {' AND '.join(conditions)}"
        f" ORDER BY began DESC, toString(person) DESC LIMIT {bound.bind(limit + 1, 'UInt32')}"
    )
    rows = report(query.dataset_id, [(sql, bound)], now).rows[0].rows
    found = [Person(row[0], row[1], datetime.fromtimestamp(row[2] / 1000, UTC)) for row in rows[:limit]]
    more = f"{rows[limit - 1][2]}~{rows[limit - 1][0]}" if len(rows) > limit else None
    return Page(found, more)


def _of_group(asked: Funnel, which: Which, bound: Parameters) -> list[str]:
    if which.group is None:
        return []
    if not asked.by:
        raise QueryError("This funnel has no groups: choose what it is broken down by.", "group")
    return [f"value = {bound.bind(which.group, 'String')}"]


def _split(cursor: str) -> tuple[int, str]:
    began, _, person = cursor.partition("~")
    if not began.isdecimal() or len(began) > 15 or not person:
        raise QueryError("cursor is the next_cursor of the page before.", "cursor")
    return int(began), person
