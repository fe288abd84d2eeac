"""Pages of a breakdown: a cursor names the last row of a page, by its place in the order, not by its number.

So no row is given twice and none is left out while new ones arrive, unless the number by which it is ordered changes in
between; ordered by a dimension, not even then. The period is that of the first page.
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.query.canonical import canonical
from analytics.query.model import After, Period, Query, QueryError, Result
from analytics.query.plan import ordering
from analytics.reports import cursors

KIND = "query"


def continued(query: Query, cursor: Any) -> Query:
    """The question for the rows behind `cursor`. QueryError when it is of another question."""
    if not cursor:
        return query
    if query.offset or query.interval or not query.dimensions:
        raise QueryError("A cursor goes on with a breakdown: leave out offset and interval, name dimensions.", "cursor")
    question, period, compare, value, keys, seen = cursors.unseal(query.dataset_id, KIND, str(cursor))
    if question != _digest(query):
        raise QueryError("This cursor belongs to another question. Begin that one without a cursor.", "cursor")
    return replace(
        query,
        period=_period(period, query.zone, query.period),
        compare=compare and _period(compare, query.zone, query.compare or query.period),
        after=After(value, tuple(keys), seen),
    )


def next_cursor(result: Result) -> str | None:
    """None when all groups were given."""
    query = result.query
    seen = (query.after.seen if query.after else query.offset) + len(result.rows)
    if not result.rows or query.interval or not query.dimensions or seen >= result.group_count:
        return None
    compare = query.compare and _moments(query.compare)
    place = [_digest(query), _moments(query.period), compare, _value(result), result.rows[-1].keys, seen]
    return cursors.seal(query.dataset_id, KIND, *place)


def _value(result: Result) -> float | str | None:
    """By which the last row stands where it stands."""
    name = ordering(result.query)
    if name in result.query.dimensions:
        return result.rows[-1].keys[result.query.dimensions.index(name)]
    return result.last


def _digest(query: Query) -> str:
    """Of all that must stay the same from page to page; how long a page is may change."""
    period = Period(query.period.key, datetime.min, datetime.min)
    compare = period if query.compare else None
    same = replace(canonical(query), period=period, compare=compare, limit=0, offset=0, after=None)
    return hashlib.sha256(repr(same).encode()).hexdigest()[:16]


def _moments(period: Period) -> list[Any]:
    return [period.key, period.start.timestamp(), period.end.timestamp()]


def _period(given: list[Any], zone: str, like: Period) -> Period:
    key, start, end = given
    first, last = (datetime.fromtimestamp(second, ZoneInfo(zone)) for second in (start, end))
    return Period(key, first, last, like.kept)
