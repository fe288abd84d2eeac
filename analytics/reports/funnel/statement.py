"""A funnel → SQL. One scan: the events that are a step, as one ordered list for each person, folded into an attempt.

    SELECT <all | group | bucket>, <how many reached each step>, <how long they took> …
    FROM (SELECT person, level, began, took …
          FROM (SELECT person, arrayFold(…, arraySort(list)) FROM (SELECT person, groupArray(…) FROM events …)))

Who takes the first step in the period is in; the next steps may follow until the window ends, also after the period.
"""

from dataclasses import replace
from datetime import UTC, timedelta

from analytics.query.bounds import Parameters
from analytics.query.conditions import PERSON, column
from analytics.query.gaps import edges
from analytics.query.model import Interval, Period, Query
from analytics.query.scope import where
from analytics.reports.funnel import any_order, in_order
from analytics.reports.funnel.model import DURATIONS, Funnel
from analytics.reports.funnel.packed import bits_of, moment_of, packed, rank_of
from analytics.reports.funnel.places import Places, columns
from analytics.reports.ranks import named, rank
from analytics.reports.steps import AUTOMATIC, fits

ACCOUNT = "account"  # the property that says for which account somebody acted
ALONE = "taken = 1"  # of all steps and exclusions the first step alone
ALL, GROUP, BUCKET = 0, 1, 2  # what a row of `counts` is about


def counts(asked: Funnel, query: Query, interval: Interval | None) -> tuple[str, Parameters]:
    """Columns: what the row is about, its value or bucket, how many reached step 1 …, (median, mean) seconds to
    step 2 …, and the bars of the histogram."""
    bound = Parameters()
    last, levels = len(asked.steps), range(1, len(asked.steps) + 1)
    keys, told = [f"({ALL}, toUInt32(0))"], "toString(key.2)"
    if asked.by:
        keys.append(f"({GROUP}, greatest(value, 1))")  # no value (0) is "" too
        told = f"if(key.1 = {GROUP}, names[key.2], {told})"
    if interval:
        buckets = bound.bind([int(each.timestamp()) for each in edges(query.period, interval)], "Array(UInt32)")
        keys.append(f"({BUCKET}, roundDown(toUInt32(intDiv(began, 1000)), {buckets}))")
    found = ["key.1", told, *(f"countIf(level >= {level})" for level in levels)]
    for level in levels[1:]:
        took = f"(took_{level}, level >= {level}) / 1000"
        found += [f"quantileExactInclusiveIf(0.5){took}", f"avgIf{took}"]
    found.append(_bars(last))
    rows = f"SELECT *, arrayJoin([{', '.join(keys)}]) AS key FROM ({_attempts(asked, query, bound)})"
    return f"{_named(asked, query, bound)} SELECT {', '.join(found)} FROM ({rows}) GROUP BY key", bound


def attempts(asked: Funnel, query: Query, bound: Parameters) -> str:
    """One row for each who entered: person, level, began (ms; of the attempt that went furthest), took_2 …, value."""
    value = " REPLACE (names[value] AS value)" if asked.by else ""
    return f"{_named(asked, query, bound)} SELECT *{value} FROM ({_attempts(asked, query, bound)})"


def _attempts(asked: Funnel, query: Query, bound: Parameters) -> str:
    """The same with the rank of the value; `names` stand above it."""
    if asked.order == "any":
        at, (step, first) = any_order.places(asked), any_order.fold(asked, _end(query) * 1000)
    else:
        at, (step, first) = in_order.places(asked), in_order.fold(asked)
    found = ", ".join(f"{sql} AS {name}" for name, sql in _columns(asked, at).items())
    parts = [moment_of(asked, "x"), bits_of(asked, "x"), *([rank_of("x")] if asked.by else [])]
    unpacked = f"arrayMap(x -> ({', '.join(parts)}), list)"
    kept, entered = "person", f"r.{at.first(1)}.1 > 0"
    if asked.order != "any":
        kept, entered = "person, taken, first", f"({ALONE} OR {entered})"
    folded = (
        f"SELECT {kept}, arrayFold({step}, {unpacked}, {first}) AS r"
        f" FROM (SELECT {kept}, {_thinned(asked)} AS list FROM ({_lists(asked, query, bound)}))"
    )
    return f"SELECT person, {found} FROM ({folded}) WHERE {entered} AND NOT r.{at.left_out}"


def reached(asked: Funnel, query: Query, step: int, bound: Parameters) -> str:
    """One row for each person who reached that step, from 1: person."""
    return f"SELECT person FROM ({_attempts(replace(asked, by=''), query, bound)}) WHERE level >= {step:d}"


def _columns(asked: Funnel, at: Places) -> dict[str, str]:
    """Who took the first step alone needs no fold: the first time counts. That is most people."""
    found = columns(at, bool(asked.by))
    if asked.order == "any":
        return found
    value = rank_of("first") if asked.attribution in ("first", "last", "1") else "0"
    alone = {"level": "1", "began": moment_of(asked, "first"), "value": value}
    return {name: f"if({ALONE}, {alone.get(name, '0')}, {sql})" for name, sql in found.items()}


def _thinned(asked: Funnel) -> str:
    """The events in order. Of first steps in a row, only the first and the last can make a difference: most people take
    no other, and their lists become two events long."""
    if asked.order == "any":
        return "arraySort(list)"
    ordered = f"arraySort(if({ALONE}, [], list))"
    if asked.order == "strict":
        return ordered
    steps = f"arrayMap(x -> {bits_of(asked, 'x')}, {ordered} AS events) AS steps"
    neighbours = f"arrayShiftRight({steps}, 1, toInt32(0)), steps, arrayShiftLeft(steps, 1, toInt32(0))"
    return f"arrayFilter((x, before, own, after) -> own != 1 OR before != 1 OR after != 1, events, {neighbours})"


def _lists(asked: Funnel, query: Query, bound: Parameters) -> str:
    """person, list of events (funnel.packed)[, taken: steps as bits, first: the first event that is the first step]"""
    wider = _wider(asked, query)
    who = {"person": PERSON, "visit": "session_id", "account": f"props[{bound.bind(ACCOUNT, 'String')}]"}[asked.per]
    value = rank(column(asked.by, "events", bound)) if asked.by else ""
    conditions = [where(wider, "events", bound), _is_listed(asked, bound)]
    conditions += [f"{who} != ''"] if asked.per == "account" else []
    also, entered = "", ""
    if asked.order != "any":
        also = ", groupBitOr(bits) AS taken, minIf(packed, bitTest(bits, 0)) AS first"
        entered = " HAVING bitTest(taken, 0)"
    return (
        f"WITH {_bits(asked, wider, _end(query), bound)} AS bits, {packed(asked, value)} AS packed"
        f" SELECT {who} AS person, groupArray(packed) AS list{also} FROM events"
        f" WHERE {' AND '.join(conditions)} GROUP BY person{entered}"
    )


def _wider(asked: Funnel, query: Query) -> Query:
    """With the time in which attempts of the period may go on: elapsed time, not days of a calendar."""
    reach = query.period.end.astimezone(UTC) + timedelta(milliseconds=asked.window_ms)
    return replace(query, period=Period("", query.period.start, reach), compare=None)


def _named(asked: Funnel, query: Query, bound: Parameters) -> str:
    """What a statement begins with, whose parts are broken down."""
    if not asked.by:
        return ""
    return named(column(asked.by, "events", bound), where(_wider(asked, query), "events", bound))


def _bits(asked: Funnel, query: Query, end: int, bound: Parameters) -> str:
    """Which steps an event is; an excluded one is no step, but the bit behind them."""
    fitting = [fits(step, query, bound) for step in asked.steps]
    if asked.order != "any":  # who takes the first step after the period is not in
        fitting[0] = f"({fitting[0]} AND toUnixTimestamp(ts) < {bound.bind(end, 'UInt32')})"
    steps = " + ".join(f"{1 << n} * {each}" for n, each in enumerate(fitting))
    if not asked.without:
        return f"toInt32({steps})"
    excluded = " OR ".join(fits(step, query, bound) for step in asked.without)
    return f"toInt32(if({excluded}, {1 << len(asked.steps)}, {steps}))"


def _end(query: Query) -> int:
    return int(query.period.end.timestamp())


def _is_listed(asked: Funnel, bound: Parameters) -> str:
    if asked.order != "strict":
        return "bits > 0"
    return f"(bits > 0 OR type NOT IN {bound.bind(list(AUTOMATIC), 'Array(String)')})"


def _bars(last: int) -> str:
    """How many took the last step within each span of time. They are few, so their times are put aside first."""
    lower = ", ".join(str(each * 1000) for each in (0, *DURATIONS))
    bars = "arrayMap((a, b) -> arrayCount(x -> x >= a AND (x < b OR b = 0), times), bars, arrayShiftLeft(bars, 1))"
    return f"arrayMap((times, bars) -> {bars}, [groupArrayIf(took_{last}, level = {last})], [[{lower}]])[1]"
