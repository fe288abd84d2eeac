"""A series → SQL: rows sorted into the buckets that gaps.edges cut, of the period and of its comparison in one pass.

SELECT <bucket>[, <place among the groups>], <metric> …  FROM …  WHERE <scope>  GROUP BY …
"""

from analytics.query.bounds import MOMENT
from analytics.query.catalogue import Source
from analytics.query.compile import Statement, aggregate, counts_going_on, listed, only_type, reaches
from analytics.query.gaps import ELAPSED, axis
from analytics.query.model import Query
from analytics.query.plan import Part
from analytics.query.scope import Parameters, chosen, column, tables, where, windows, within


def series(query: Query, part: Part, exact: bool, groups: tuple[str, ...] = ()) -> Statement:
    """One row for each bucket in which anything happened; the key is the bucket's first second.

    With a dimension, one for each of `groups` in it, and one for all others together: its place from 1, or 0.
    """
    bound = Parameters()
    edges = bucket_edges(query)
    buckets = bound.bind(edges, "Array(UInt32)")
    # Of a single bucket the conditions have said already that the row lies or reaches into it.
    is_single = len(edges) == 2
    begun = bound.bind(edges[0], "UInt32") if is_single else begun_in(part.source, buckets)
    bucket, inside, present = begun, "1", "1"
    if reaches(query, part):
        # Its visitor was there in each bucket, but the visit counts in the one where it began.
        bucket = begun if is_single else touched(query, begun, buckets)
        windowed = (within(part.source, each, bound) for each in windows(query))
        inside = "1" if counts_going_on(query) else f"bucket = {begun} AND ({' OR '.join(windowed)})"
        present = _present(query, part, bound)
    values = [aggregate(query, name, part.source, inside, present, exact) for name in part.metrics]
    columns = [column(name, part.source, bound) for name in part.dimensions]
    conditions = [
        where(query, part.source, bound, reaches(query, part)),
        *only_type(part, bound),
        *listed(part, columns),
    ]
    keys, by = [f"{bucket} AS bucket"], ["bucket"]
    if columns:
        keys, by = [*keys, place_among(columns[0], groups, bound)], ["bucket", "place"]
    sql = (
        f"SELECT {', '.join([*keys, *values])}"
        f" FROM {tables(query, bound)[part.source]} WHERE {' AND '.join(conditions)} GROUP BY {', '.join(by)}"
    )
    return Statement(sql, bound.frozen(), query.dataset_id, len(keys), part.metrics, part.source)


def begun_in(source: Source, buckets: str) -> str:
    """The bucket in which the row happened or began."""
    return f"roundDown(toUnixTimestamp({MOMENT[source]}), {buckets})"


def place_among(column: str, groups: tuple[str, ...], bound: Parameters) -> str:
    """From 1, and 0 for none of them. Rows are grouped by a number, which takes half the time that a text does."""
    named = bound.bind(list(groups), "Array(String)")
    return f"transform({column}, {named}, arrayEnumerate({named}), 0) AS place"


def _present(query: Query, part: Part, bound: Parameters) -> str:
    """A visit from one period into the other is seen in both; its visitor may have been chosen in one alone."""
    people = chosen(query, part.source, bound) if query.compare else []
    parts = [
        f"bucket >= {bound.bind(window.start, 'UInt32')} AND bucket < {bound.bind(window.end, 'UInt32')} AND {who}"
        for window, who in zip(windows(query), people, strict=False)
    ]
    return f"({' OR '.join(f'({each})' for each in parts)})" if parts else "1"


def bucket_edges(query: Query) -> list[int]:
    periods = [period for period in (query.period, query.compare) if period]
    starts = {second for period in periods for second in axis(period, query.interval).firsts}
    # What lies between the periods is a bucket of nobody's, so that no visit reaches too far.
    return sorted(starts | {each.end for each in windows(query)})


def touched(query: Query, first: str, buckets: str) -> str:
    """Every bucket in which the visit was going on."""
    last = f"roundDown(toUnixTimestamp(stop), {buckets})"
    if query.interval not in ELAPSED:
        # A visit lasts a day at most: between the days of its ends there may be one more, that of its middle.
        middle = f"roundDown(toUInt32((toUnixTimestamp(start) + toUnixTimestamp(stop)) / 2), {buckets})"
        return f"arrayJoin(arrayCompact([{first}, {middle}, {last}]))"
    begin, end = (f"transform({each}, {buckets}, arrayEnumerate({buckets}), 1)" for each in (first, last))
    return f"arrayJoin(arraySlice({buckets}, {begin}, toInt64({end}) - {begin} + 1))"
