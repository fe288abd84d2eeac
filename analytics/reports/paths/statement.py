"""Paths → SQL. A visit as the list of its pages or events in order, repeats in a row as one; cut at the anchor.

SELECT step, from, to, visits     to = '': the visit ended there, or the path was cut off
"""

from dataclasses import replace

from analytics.query.bounds import Parameters
from analytics.query.model import Query
from analytics.query.scope import where
from analytics.reports.paths.model import Paths, like
from analytics.reports.steps import AUTOMATIC

LONGEST = 500  # steps of a visit that are looked at
MOST_ROWS = 20_000


def statement(asked: Paths, query: Query) -> tuple[str, Parameters]:
    bound = Parameters()
    return (
        f"SELECT row.1, row.2, row.3, count() AS visits FROM (SELECT {_rows(asked, query, bound)})"
        f" GROUP BY row ORDER BY visits DESC, row LIMIT {MOST_ROWS}"
    ), bound


def people_in(asked: Paths, query: Query, step: int, source: str, target: str) -> tuple[str, Parameters]:
    """Whose visits went from one to the other with that step."""
    bound = Parameters()
    went = [(step, "Int64"), (source, "String"), (target, "String")]
    fits = " AND ".join(f"row.{place} = {bound.bind(*each)}" for place, each in enumerate(went, 1))
    rows = _rows(asked, query, bound, ("person", "any(person_id) AS person"))
    return f"SELECT person FROM (SELECT {rows}) WHERE {fits}", bound


def _rows(asked: Paths, query: Query, bound: Parameters, also: tuple[str, str] = ("", "")) -> str:
    """`row` for each step of each visit, and `also` of the visit: (its name, what it is of the visit's events)."""
    name, made = (f"{each}, " if each else "" for each in also)
    given = replace(query, compare=None)
    label = _label(asked, bound)
    chosen = (
        "type = 'page_view'" if asked.of == "pages" else f"type NOT IN {bound.bind(list(AUTOMATIC), 'Array(String)')}"
    )
    conditions = [where(given, "events", bound), chosen]
    conditions += [f"NOT (label LIKE {bound.bind(like(each), 'String')})" for each in asked.skip]
    visits = (  # `way`, since a name that a column has would take that column's place in WHERE
        f"WITH {label} AS label SELECT {made}"
        f"arrayCompact(arrayMap(x -> x.2, arraySort(groupArray({LONGEST})((ts, label))))) AS way"
        f" FROM events WHERE {' AND '.join(conditions)} GROUP BY session_id"
    )
    cut, first = _cut(asked, bound)
    return (
        f"{name}arrayJoin(arrayMap((l, n) -> (n + {first}, l, path_[n + 1]), path_, arrayEnumerate(path_))) AS row"
        f" FROM (SELECT {name}{cut} AS path_ FROM ({visits}) WHERE notEmpty(path_))"
    )


def _label(asked: Paths, bound: Parameters) -> str:
    plain = "toString(path)" if asked.of == "pages" else "toString(name)"
    patterns = (f"{plain} LIKE {bound.bind(like(g), 'String')}, {bound.bind(g, 'String')}" for g in asked.group)
    return f"multiIf({', '.join([*patterns, plain])})" if asked.group else plain


def _cut(asked: Paths, bound: Parameters) -> tuple[str, str]:
    """(the part of `way` that is looked at, what to add to a place so that the anchor stands in the same step)."""
    if asked.end:
        place = f"indexOf(way, {bound.bind(asked.end, 'String')})"
        begin = f"greatest(1, toInt64({place}) - {asked.steps - 1})"
        return f"if({place} = 0, [], arraySlice(way, {begin}, toInt64({place}) - {begin} + 1))", (
            f"{asked.steps} - length(path_)"
        )
    if asked.start:
        place = f"indexOf(way, {bound.bind(asked.start, 'String')})"
        return f"if({place} = 0, [], arraySlice(way, {place}, {asked.steps}))", "0"
    return f"arraySlice(way, 1, {asked.steps})", "0"
