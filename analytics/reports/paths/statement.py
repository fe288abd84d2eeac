"""Paths → SQL. A visit as the list of its pages or events in order, repeats in a row as one; cut at the anchor.

SELECT names, nodes, following, visits     arrays, the last three beside each other

A page is a number, its rank (analytics.reports.ranks), which is its place in `names`. A node is one too: its step and
the rank, and so is a step from one to another. `following` is 0 where the visit ended, or the path was cut off.
"""

from dataclasses import replace

from analytics.query.bounds import Parameters
from analytics.query.model import Query
from analytics.query.scope import around, where
from analytics.reports.paths.model import Paths, like
from analytics.reports.ranks import MASK, RANK, named, rank
from analytics.reports.steps import AUTOMATIC

LONGEST = 500  # steps of a visit that are looked at
MOST_ROWS = 20_000


def statement(asked: Paths, query: Query) -> tuple[str, Parameters]:
    bound = Parameters()
    row, parts = _rows(asked, query, bound)
    counted = f"SELECT {row} AS row, count() AS visits FROM ({parts}) GROUP BY row ORDER BY visits DESC, row"
    step, source, target = f"bitShiftRight(row, {2 * RANK})", f"bitShiftRight(row, {RANK})", f"bitAnd(row, {MASK})"
    # What has no name is one node, whether it was known when `names` was read or not.
    node = f"greatest({source}, bitShiftLeft({step}, {RANK}) + 1)"
    following = f"if({target} <= 1, 0, bitShiftLeft({step} + 1, {RANK}) + {target})"
    columns = ", ".join(f"groupArray({each})" for each in (node, following, "visits"))
    return f"{_named(asked, query, bound)} SELECT names, {columns} FROM ({counted} LIMIT {MOST_ROWS})", bound


def people_in(asked: Paths, query: Query, step: int, source: str, target: str) -> tuple[str, Parameters]:
    """Whose visits went from one to the other with that step."""
    bound = Parameters()
    ranks = (f"toUInt64(indexOf(names, {bound.bind(each, 'String')}))" for each in (source, target))
    wanted = _row(bound.bind(step, "UInt16"), *ranks)
    row, parts = _rows(asked, query, bound, ("person", "any(person_id) AS person"))
    steps = f"SELECT person, {row} AS row FROM ({parts})"
    return f"{_named(asked, query, bound)} SELECT person FROM ({steps}) WHERE row = {wanted}", bound


def _named(asked: Paths, query: Query, bound: Parameters) -> str:
    return named(_label(asked, bound), around(replace(query, compare=None), bound))


def _rows(asked: Paths, query: Query, bound: Parameters, also: tuple[str, str] = ("", "")) -> tuple[str, str]:
    """(SQL of one row for each step of each visit, from what): it reads the `part` of each visit that is looked at.

    `also` of the visit: (its name, what it is of the visit's events).
    """
    name, made = (f"{each}, " if each else "" for each in also)
    # Beside a rank 40 bits are left for the ms since the period began, which are 34 years.
    begin = bound.bind(int(query.period.start.timestamp()) * 1000, "Int64")
    event = f"bitShiftLeft(toUInt64(toUnixTimestamp64Milli(ts) - {begin}), {RANK}) + {rank(_label(asked, bound))}"
    way = f"arrayCompact(arrayMap(x -> bitAnd(x, {MASK}), arraySort(groupArray({LONGEST})({event}))))"
    visits = f"FROM events WHERE {_conditions(asked, query, bound)} GROUP BY session_id"
    if not asked.end and not asked.start:
        parts = f"SELECT {made}arraySlice({way}, 1, {asked.steps}) AS part {visits}"
    else:
        parts = f"SELECT {name}{_cut(asked, bound)} AS part FROM (SELECT {made}{way} AS way {visits})"
    # So that the anchor stands in the same step of all.
    step = f"n + {asked.steps} - length(part)" if asked.end else "n"
    row = f"(l, following, n) -> {_row(step, 'l', 'following')}"
    return f"arrayJoin(arrayMap({row}, part, arrayShiftLeft(part, 1), arrayEnumerate(part)))", parts


def _row(step: str, source: str, target: str) -> str:
    return f"bitShiftLeft(toUInt64({step}), {2 * RANK}) + bitShiftLeft({source}, {RANK}) + {target}"


def _conditions(asked: Paths, query: Query, bound: Parameters) -> str:
    automatic = bound.bind(list(AUTOMATIC), "Array(String)")
    chosen = "type = 'page_view'" if asked.of == "pages" else f"type NOT IN {automatic}"
    left_out = (f"NOT ({_label(asked, bound)} LIKE {bound.bind(like(each), 'String')})" for each in asked.skip)
    return " AND ".join([where(replace(query, compare=None), "events", bound), chosen, *left_out])


def _label(asked: Paths, bound: Parameters) -> str:
    plain = "path" if asked.of == "pages" else "name"
    patterns = (f"{plain} LIKE {bound.bind(like(g), 'String')}, {bound.bind(g, 'String')}" for g in asked.group)
    return f"multiIf({', '.join([*patterns, plain])})" if asked.group else plain


def _cut(asked: Paths, bound: Parameters) -> str:
    """The part of `way` from the anchor on, or up to it; nothing where it is not passed."""
    place = f"indexOf(way, indexOf(names, {bound.bind(asked.end or asked.start, 'String')}))"
    if asked.end:
        return f"arraySlice(arraySlice(way, 1, {place}), -{asked.steps})"
    return f"arraySlice(way, {place}, {asked.steps})"
