"""Query → SQL and its parameters. SQL comes from the catalogue alone, values travel beside it.

SELECT <keys>, <metric now>, <metric before> …, <number of groups>
FROM events | sessions FINAL  WHERE <scope>  GROUP BY <keys>  ORDER BY <first metric>  LIMIT …
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analytics.query.catalogue import METRICS, OF_PEOPLE, Source, dimension
from analytics.query.model import After, Query
from analytics.query.periods import REALTIME
from analytics.query.plan import Part, ordering
from analytics.query.scope import Parameters, chosen, column, seen, since, tables, where, windows, within

if TYPE_CHECKING:
    from analytics.query.daily.merged import Merged


@dataclass(frozen=True)
class Statement:
    """First come `keys` columns, then `metrics` (each twice with a comparison: now, before), then how many groups."""

    sql: str
    parameters: tuple[tuple[str, Any], ...]
    dataset_id: int
    keys: int
    metrics: tuple[str, ...]
    source: Source
    by_days: "Merged | None" = field(default=None, compare=False, repr=False)  # another way to the same rows


def breakdown(query: Query, part: Part, exact: bool, only: list[tuple[str, ...]] | None = None) -> Statement:
    """One row for each group; without dimensions the one row of totals. `only` asks about these groups alone."""
    bound = Parameters()
    keys = [column(name, part.source, bound) for name in part.dimensions]
    reaching = reaches(query, part)
    conditions = [where(query, part.source, bound, reaching), *only_type(part, bound), *listed(part, keys)]
    if only is not None:
        conditions.append(among(keys, only, bound))
    presence = _presence(query, part, bound, reaching)
    named = _named(presence)
    presence = [(named.get(inside, inside), named.get(present, present)) for inside, present in presence]
    columns = [f"{key} AS k{n}" for n, key in enumerate(keys)] + _values(query, part, presence, exact)
    sql = f"WITH {', '.join(f'({each}) AS {name}' for each, name in named.items())} " if named else ""
    sql += f"SELECT {', '.join(columns)}"
    if keys:
        sql += ", count() OVER () AS groups"
    sql += f" FROM {tables(query, bound)[part.source]} WHERE {' AND '.join(conditions)}"
    if keys:
        sql += grouping(query, part, bound, presence[0][1 if reaching else 0], sliced=only is None)
    return Statement(sql, bound.frozen(), query.dataset_id, len(keys), part.metrics, part.source)


def reaches(query: Query, part: Part) -> bool:
    """Visitors are also those whose visit began before the period, or before the bucket."""
    return part.source == "sessions" and (not OF_PEOPLE.isdisjoint(part.metrics) or counts_going_on(query))


def counts_going_on(query: Query) -> bool:
    """Of half an hour every visit that was going on, wherever it began: few begin in it of those who are there."""
    return query.period.key == REALTIME and query.compare is None


def _values(query: Query, part: Part, presence: list[tuple[str, str]], exact: bool) -> list[str]:
    """Each metric, now and before. `v0` … name them for ORDER BY."""
    columns: list[str] = []
    for name in part.metrics:
        for inside, present in presence:
            columns.append(f"{aggregate(query, name, part.source, inside, present, exact)} AS v{len(columns)}")
    return columns


def _presence(query: Query, part: Part, bound: Parameters, reaching: bool) -> list[tuple[str, str]]:
    """For each window: (the row lies in it, the visit reaches into it). With a single one WHERE has said it already,
    but for when a visit that reaches into it began."""
    people = chosen(query, part.source, bound) if query.compare else []
    made = []
    for number, window in enumerate(windows(query)):
        also = f" AND {people[number]}" if people else ""
        if query.compare:
            made.append((within(part.source, window, bound) + also, seen(window, bound) + also))
        else:
            begins = reaching and not counts_going_on(query)
            made.append((since(part.source, window, bound) if begins else "1", "1"))
    return made


def _named(presence: list[tuple[str, str]]) -> dict[str, str]:
    """A name for each condition: every metric has it, and the engine should read and plan it once. A third of what a
    small question costs is planning."""
    found = dict.fromkeys(each for pair in presence for each in pair if each != "1")
    return {each: f"w{n}" for n, each in enumerate(found)}


def aggregate(query: Query, metric: str, source: Source, inside: str, present: str, exact: bool) -> str:
    given: str = getattr(METRICS[metric], source)
    if metric == "bounce_rate" and query.profile:  # others count visits without a page view too
        given = given.replace(" AND pageviews > 0", "")
    if inside == "1":  # WHERE has said it
        given = given.replace("{within} AND ", "")
    expression = given.format(within=inside, seen=present)
    return expression if exact else expression.replace("uniqExactIf", "uniqCombined64If")


def grouping(query: Query, part: Part, bound: Parameters, present: str, sliced: bool) -> str:
    names = ", ".join(f"k{n}" for n in range(len(part.dimensions)))
    sql = f" GROUP BY {names}"
    if sliced:
        # A group of which only the comparison knows is no group of this period.
        having = [f"countIf({present}) > 0"] if query.compare else []
        having += [_behind(query, part, query.after, bound)] if query.after else []
        sql += f" HAVING {' AND '.join(having)}" if having else ""
        sql += f" ORDER BY {_order(query, part)}, {names}"
        sql += f" LIMIT {bound.bind(query.limit, 'UInt32')} OFFSET {bound.bind(query.offset, 'UInt32')}"
    return sql


def _order(query: Query, part: Part) -> str:
    # A rate of nothing is NaN, which sorts last either way.
    return f"{_ordered_by(query, part)} {'ASC' if _is_rising(query) else 'DESC'} NULLS LAST"


def _is_rising(query: Query) -> bool:
    return query.order_by is not None and query.order_by[1] == "asc"


def _ordered_by(query: Query, part: Part) -> str:
    name = ordering(query)
    if name in part.dimensions:
        return f"k{part.dimensions.index(name)}"
    return f"v{part.metrics.index(name) * len(windows(query))}"


def _behind(query: Query, part: Part, last: After, bound: Parameters) -> str:
    """The rows that follow `last` in the order above: those equal to it are told apart by their keys."""
    keys = ", ".join(f"toString(k{n})" for n in range(len(part.dimensions)))
    later = f"[{keys}] > {bound.bind(list(last.keys), 'Array(String)')}"
    name, is_key = _ordered_by(query, part), ordering(query) in part.dimensions
    if last.value is None:
        return f"isNaN(toFloat64({name})) AND {later}"
    place = bound.bind(last.value, "String" if is_key else "Float64")
    beyond = f"{name} {'>' if _is_rising(query) else '<'} {place}"
    nothing = "" if is_key else f" OR isNaN(toFloat64({name}))"
    return f"({beyond}{nothing} OR ({name} = {place} AND {later}))"


def only_type(part: Part, bound: Parameters) -> list[str]:
    types = {METRICS[name].only for name in part.metrics} if part.source == "events" else set()
    return [f"type = {bound.bind(types.pop(), 'String')}"] if len(types) == 1 and None not in types else []


def listed(part: Part, keys: list[str]) -> list[str]:
    return [f"{key} != ''" for key, name in zip(keys, part.dimensions, strict=True) if not dimension(name).lists_empty]


def among(keys: list[str], only: list[tuple[str, ...]], bound: Parameters) -> str:
    if len(keys) == 1:
        return f"{keys[0]} IN {bound.bind([key for (key,) in only], 'Array(String)')}"
    kind = f"Array(Tuple({', '.join(['String'] * len(keys))}))"
    return f"({', '.join(f'toString({key})' for key in keys)}) IN {bound.bind(only, kind)}"
