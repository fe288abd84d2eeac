"""Retention → SQL. One row a person: in which units they began and in which they were back.

    SELECT row, count(), countIf(was back in column 1), …
    FROM (SELECT arrayJoin(begun) AS row, back FROM (SELECT person, begun, back FROM events … GROUP BY person))

"For the first time ever" looks at all that is stored, not at the period alone: an old customer is not new.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analytics.query.bounds import Parameters
from analytics.query.conditions import PERSON
from analytics.query.model import Period, Query
from analytics.query.scope import where
from analytics.reports.retention.model import SECONDS, Retention
from analytics.reports.steps import fits
from analytics.reports.units import unit, units

BEGINNING, ENDING = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)  # around all that is stored


def statement(asked: Retention, query: Query, rows: int, starts: list[datetime]) -> tuple[str, Parameters]:
    """Columns: row (from 1), how many began in it, how many came back in each of the columns."""
    bound = Parameters()
    found = [f"countIf({_came(asked, span)})" for span in asked.spans]
    people = (
        _rolling(asked, query, starts, bound) if asked.clock == "rolling" else _calendar(asked, query, starts, bound)
    )
    limit = f"row >= 1 AND row <= {bound.bind(rows, 'UInt32')}"
    sql = f"SELECT row, count(), {', '.join(found)} FROM ({people}) WHERE {limit} GROUP BY row"
    return sql, bound


def people_in(
    asked: Retention, query: Query, row: int, column: int | None, starts: list[datetime]
) -> tuple[str, Parameters]:
    """Who began in the row (from 0) and came back in the column; None: all who began."""
    bound = Parameters()
    people = (_rolling if asked.clock == "rolling" else _calendar)(asked, query, starts, bound)
    came = "" if column is None else f" AND {_came(asked, asked.spans[column])}"
    return f"SELECT person FROM ({people}) WHERE row = {bound.bind(row + 1, 'UInt32')}{came}", bound


def _came(asked: Retention, span: tuple[int, int]) -> str:
    """`back` holds how many units after the beginning somebody was back."""
    first, last = span
    if asked.came == "after":
        return f"arrayExists(b -> b >= {first}, back)"
    if first == last:
        return f"has(back, {first})"
    return f"arrayExists(b -> b >= {first} AND b <= {last}, back)"


def _calendar(asked: Retention, query: Query, starts: list[datetime], bound: Parameters) -> str:
    recurring = units(starts, bound, "is_begin")
    begun = f"[minIf({unit(starts, bound)}, is_begin)]" if asked.who == "first" else recurring
    seen = units(starts, bound, "is_back")
    people = _people(asked, query, starts, bound, f"{begun} AS begun, {seen} AS seen")
    back = "arrayMap(b -> b - row, seen)"
    return f"SELECT person, arrayJoin(begun) AS row, {back} AS back FROM ({people})"


def _rolling(asked: Retention, query: Query, starts: list[datetime], bound: Parameters) -> str:
    """From somebody's own first moment in the row on, units of elapsed time."""
    place, second = unit(starts, bound), "toInt64(toUnixTimestamp(ts))"
    begun = f"minMapIf([{place}], [{second}], is_begin)"
    if asked.who == "first":
        begun = f"([minIf({place}, is_begin)], [minIf({second}, is_begin)])"
    people = _people(asked, query, starts, bound, f"{begun} AS begun, groupArrayIf({second}, is_back) AS seen")
    offset = f"toInt32(intDiv(b - began.2, {SECONDS[asked.unit]}))"
    return (
        f"SELECT person, arrayJoin(arrayZip(begun.1, begun.2)) AS began, began.1 AS row,"
        f" arrayMap(b -> {offset}, arrayFilter(b -> b > began.2, seen)) AS back FROM ({people})"
    )


def _people(asked: Retention, query: Query, starts: list[datetime], bound: Parameters, columns: str) -> str:
    last = starts[-1] if asked.came == "on" else ENDING
    if asked.came == "on" and asked.clock == "rolling":  # whoever began at the very end
        last = query.period.end.astimezone(UTC) + timedelta(seconds=SECONDS[asked.unit] * (asked.reach + 1))
    first = BEGINNING if asked.who == "first" else query.period.start
    wider = replace(query, period=Period("", first, last), compare=None)
    # A beginning after the period is none; before it, it makes somebody no newcomer.
    end = bound.bind(int(query.period.end.timestamp()), "UInt32")
    begin = f"{fits(asked.begin, wider, bound)} AND toUnixTimestamp(ts) < {end}"
    back = fits(asked.back, wider, bound)
    entered = "countIf(is_begin) > 0"
    return (
        f"WITH ({begin}) AS is_begin, ({back}) AS is_back SELECT {PERSON} AS person, {columns} FROM events"
        f" WHERE {where(wider, 'events', bound)} AND (is_begin OR is_back) GROUP BY {PERSON} HAVING {entered}"
    )
