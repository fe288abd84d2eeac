"""The people of a cohort: how many there are now, and a page of them."""

from dataclasses import dataclass
from datetime import datetime

from analytics.query.conditions import members
from analytics.query.model import Cohort
from analytics.query.reporting import report
from analytics.query.scope import Parameters
from tracking import store


@dataclass(frozen=True)
class Member:
    person_id: str  # unsigned 64 bits as text
    user_id: str
    country: str
    visits: int
    first_seen: datetime
    last_seen: datetime


def size(dataset_id: int, cohorts: list[Cohort], now: datetime) -> list[int]:
    """How many people belong to each. Errors of the store."""
    statements = []
    for each in cohorts:
        bound = Parameters()
        statements.append((f"SELECT uniqExact(person_id) FROM ({members(each, dataset_id, bound)})", bound))
    return [int(rows.rows[0][0]) for rows in report(dataset_id, statements, now).rows] if statements else []


def list_members(dataset_id: int, cohort: Cohort, now: datetime, limit: int = 50, offset: int = 0) -> list[Member]:
    """Those seen last come first; of people on a list who never came, nothing is known."""
    bound = Parameters()
    sql = (
        "SELECT toString(person_id), anyIf(user_id, user_id != ''), anyLast(country), count(), min(start), max(stop)"
        f" FROM sessions FINAL WHERE dataset_id = {bound.bind(dataset_id, 'UInt32')}"
        f" AND person_id GLOBAL IN ({members(cohort, dataset_id, bound)})"
        " GROUP BY person_id ORDER BY max(stop) DESC, person_id"
        f" LIMIT {bound.bind(limit, 'UInt32')} OFFSET {bound.bind(offset, 'UInt32')}"
    )
    (rows,) = report(dataset_id, [(sql, bound)], now).rows
    return [Member(*row) for row in rows.rows]


def user_ids(dataset_id: int, persons: list[str], now: datetime) -> dict[str, str]:
    """By person: the user id, of those who have one. Errors of the store."""
    bound = Parameters()
    sql = (
        "SELECT toString(person_id), any(user_id) FROM sessions"
        f" WHERE dataset_id = {bound.bind(dataset_id, 'UInt32')} AND user_id != ''"
        f" AND person_id IN {bound.bind([int(each) for each in persons], 'Array(UInt64)')} GROUP BY person_id"
    )
    (rows,) = report(dataset_id, [(sql, bound)], now).rows
    return dict(map(tuple, rows.rows))


def ids(dataset_id: int, cohort: Cohort, most: int) -> list[int]:
    """Of all members, to be kept as a list."""
    bound = Parameters()
    sql = f"SELECT DISTINCT person_id FROM ({members(cohort, dataset_id, bound)}) LIMIT {bound.bind(most, 'UInt32')}"
    found = []
    for block in store.stream(sql, bound.values, dataset_id=dataset_id):
        found += [person for (person,) in block]
    return found
