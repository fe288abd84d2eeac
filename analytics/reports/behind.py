"""Who stands behind a number of a report: the report says which people, in SQL; here they are listed and kept."""

from dataclasses import dataclass
from datetime import datetime

from analytics.query.reporting import report
from analytics.query.scope import Parameters
from analytics.reports.people_of import Member
from tracking import store

PAGE = 50


@dataclass(frozen=True)
class Behind:
    title: str
    sql: str  # selects one column, `person`; somebody may come twice
    bound: Parameters


@dataclass(frozen=True)
class People:
    members: list[Member]
    count: int


def people(dataset_id: int, behind: Behind, now: datetime, offset: int = 0, limit: int = PAGE) -> People:
    """Those seen last come first. The errors of the store."""
    bound = Parameters(dict(behind.bound.values))
    sql = (
        "SELECT toString(person_id), anyIf(user_id, user_id != ''), anyLast(country), count(), min(start), max(stop),"
        " count() OVER ()"
        f" FROM sessions FINAL WHERE dataset_id = {bound.bind(dataset_id, 'UInt32')}"
        f" AND person_id GLOBAL IN ({behind.sql})"
        " GROUP BY person_id ORDER BY max(stop) DESC, person_id"
        f" LIMIT {bound.bind(limit, 'UInt32')} OFFSET {bound.bind(offset, 'UInt32')}"
    )
    (rows,) = report(dataset_id, [(sql, bound)], now).rows
    return People([Member(*row[:-1]) for row in rows.rows], rows.rows[0][-1] if rows.rows else 0)


def ids(dataset_id: int, behind: Behind, most: int) -> list[int]:
    """Of all of them, to be kept as a cohort."""
    bound = Parameters(dict(behind.bound.values))
    sql = f"SELECT DISTINCT person FROM ({behind.sql}) LIMIT {bound.bind(most, 'UInt32')}"
    return [person for block in store.stream(sql, bound.values, dataset_id=dataset_id) for (person,) in block]
