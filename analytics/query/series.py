"""A series → SQL: rows sorted into the buckets that gaps.edges cut, of the period and of its comparison in one pass."""

from analytics.query.compile import TABLES, Statement, aggregate, only_type, reaches
from analytics.query.gaps import ELAPSED, edges
from analytics.query.model import Query
from analytics.query.plan import Part
from analytics.query.scope import Parameters, where, windows, within


def series(query: Query, part: Part, exact: bool) -> Statement:
    """One row for each bucket in which anything happened; the key is the bucket's first second."""
    bound = Parameters()
    buckets = bound.bind(_buckets(query), "Array(UInt32)")
    begun = f"roundDown(toUnixTimestamp({'ts' if part.source == 'events' else 'start'}), {buckets})"
    bucket, inside = begun, "1"
    if reaches(part):
        # Its visitor was there in each bucket, but the visit counts in the one where it began.
        bucket = _touched(query, begun, buckets)
        windowed = (within(part.source, each, bound) for each in windows(query))
        inside = f"bucket = {begun} AND ({' OR '.join(windowed)})"
    values = [aggregate(name, part.source, inside, "1", exact) for name in part.metrics]
    conditions = [where(query, part.source, bound, reaches(part)), *only_type(part, bound)]
    sql = (
        f"SELECT {bucket} AS bucket, {', '.join(values)}"
        f" FROM {TABLES[part.source]} WHERE {' AND '.join(conditions)} GROUP BY bucket"
    )
    return Statement(sql, bound.frozen(), query.dataset_id, 1, part.metrics, part.source)


def _buckets(query: Query) -> list[int]:
    periods = [period for period in (query.period, query.compare) if period]
    starts = {int(edge.timestamp()) for period in periods for edge in edges(period, query.interval)}
    # What lies between the periods is a bucket of nobody's, so that no visit reaches too far.
    return sorted(starts | {each.end for each in windows(query)})


def _touched(query: Query, first: str, buckets: str) -> str:
    """Every bucket in which the visit was going on."""
    last = f"roundDown(toUnixTimestamp(stop), {buckets})"
    if query.interval not in ELAPSED:
        # A visit lasts a day at most: between the days of its ends there may be one more, that of its middle.
        middle = f"roundDown(toUInt32((toUnixTimestamp(start) + toUnixTimestamp(stop)) / 2), {buckets})"
        return f"arrayJoin(arrayDistinct([{first}, {middle}, {last}]))"
    begin, end = (f"transform({each}, {buckets}, arrayEnumerate({buckets}), 1)" for each in (first, last))
    return f"arrayJoin(arraySlice({buckets}, {begin}, toInt64({end}) - {begin} + 1))"
