"""People of a period, who was here last first, page by page."""

from dataclasses import dataclass
from typing import Any

from analytics.query import costs
from analytics.query.conditions import PERSON
from analytics.query.model import Query
from analytics.query.scope import Parameters, where
from analytics.reports.cursors import seal, unseal

NAMES = ("person_id", "user_id", "last_seen", "first_seen", "visits", "pageviews", "country", "city", "device",
         "browser", "source")  # fmt: skip
# What the newest visit says, except for where they came from at first. `lasted` must not be called like the column.
COLUMNS = f"""
    {PERSON} AS person, maxIf(user_id, user_id != '') AS known_as, max(stop) AS lasted, min(start) AS begun,
    count() AS visits, sum(pageviews) AS views, argMax(country, start), argMax(city, start), argMax(device, start),
    argMax(browser, start), argMin(source, start)
"""


@dataclass(frozen=True)
class PeoplePage:
    people: list[dict[str, Any]]
    next_cursor: str | None


def list_people(
    query: Query, limit: int, search: str = "", cursor: str | None = None, identified: bool = False
) -> PeoplePage:
    """`search` is part of a user id, or of any property known of the person."""
    bound = Parameters()
    having = [_found(search, bound)] if search else []
    if identified:
        having.append("known_as != ''")
    if cursor:
        lasted_ms, person = unseal(query.dataset_id, "people", cursor)
        moment = f"fromUnixTimestamp64Milli({bound.bind(lasted_ms, 'Int64')}, 'UTC')"
        having.append(f"(lasted, person) < ({moment}, {bound.bind(int(person), 'UInt64')})")
    sql = (
        f"SELECT {COLUMNS} FROM sessions FINAL WHERE {where(query, 'sessions', bound)} GROUP BY person"
        + (f" HAVING {' AND '.join(having)}" if having else "")
        + f" ORDER BY lasted DESC, person DESC LIMIT {bound.bind(limit + 1, 'UInt32')}"
    )
    rows = costs.query(sql, bound.values, query.dataset_id).rows
    people = [dict(zip(NAMES, row, strict=True)) | {"person_id": str(row[0])} for row in rows]
    more = len(people) > limit
    return PeoplePage(people[:limit], _cursor(query, people[limit - 1]) if more else None)


def _found(search: str, bound: Parameters) -> str:
    text = bound.bind(search, "String")
    known = f"SELECT person_id FROM traits FINAL WHERE positionCaseInsensitiveUTF8(value, {text}) > 0"
    return f"(positionCaseInsensitiveUTF8(known_as, {text}) > 0 OR person IN ({known}))"


def _cursor(query: Query, last: dict[str, Any]) -> str:
    return seal(query.dataset_id, "people", round(last["last_seen"].timestamp() * 1000), last["person_id"])
